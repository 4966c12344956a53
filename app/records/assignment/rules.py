"""Making and changing the rules of assignment; each change is told by the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.events import write_event
from app.identity.models import User
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import Text, _
from app.records.assignment.choose import Strategy
from app.records.assignment.distribute import STAMP
from app.records.assignment.models import AssignmentRule
from app.records.pool.choose import Spared, pooled_type, read_group, read_spared, whole
from app.records.types import RecordType
from app.records.worktime.models import BusinessCalendar

MANAGE = ("assignment", "manage")
SUBJECT = "assignment_rule"
MOST_RULES = 50
MOST_CAPACITY = 1_000_000
MOST_PEOPLE = 200  # Named in one rule.
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a rule, as a form sends it.

    `view` gives its conditions: the id of a view, KEEP for those that stand, or filters. `people`
    are ids of those who are named, beside the `group` or in its place.
    """

    name: str
    group: str = ""
    strategy: str = Strategy.IN_TURN.value
    view: Spared = ""
    capacity: str = ""
    in_hours: str = ""
    calendar: str = ""
    people: Sequence[str] = ()


def rules_of(record_type: RecordType, by: Actor) -> list[AssignmentRule]:
    """The rules of a type in the order in which they are tried."""
    rows = select(AssignmentRule).where(AssignmentRule.record_type == record_type.key)
    return list(by.session.scalars(rows.order_by(AssignmentRule.position, AssignmentRule.id)))


def get_rule(by: Actor, rule_id: UUID, *, is_held: bool = False) -> AssignmentRule:
    """A rule by its id, or Missing; it `is_held` until the transaction ends to be changed."""
    row = by.session.get(AssignmentRule, rule_id, with_for_update=is_held)
    if row is None:
        raise Missing(_("There is no such rule."))
    return row


def create_rule(by: Actor, kind: str, wish: Wish) -> AssignmentRule:
    """Make a rule, the last one and switched on; Refused with a message per field."""
    require_manage(by)
    record_type = pooled_type(kind, by)
    values = _read(record_type, wish, {}, by)
    mine = AssignmentRule.record_type == record_type.key
    count, last = by.session.execute(
        select(func.count(), func.max(AssignmentRule.position)).where(mine)
    ).one()
    if count >= MOST_RULES:
        raise Refused(_("At most %(most)s rules.", most=MOST_RULES))
    row = AssignmentRule(
        id=new_id(),
        record_type=record_type.key,
        position=(last or 0) + 1,
        is_on=True,
        created_at=by.now,
        created_by_id=by.user_id,
        **values,
    )
    by.session.add(row)
    by.session.flush()  # Its event names it.
    _changed(by, row, "created", {"name": [None, row.name]})
    return row


def change_rule(by: Actor, row: AssignmentRule, wish: Wish) -> None:
    """Change a rule, whose turn it is stays; Refused with a message per field."""
    require_manage(by)
    values = _read(pooled_type(row.record_type, by), wish, row.conditions, by)
    before = row.name
    if all(getattr(row, key) == value for key, value in values.items()):
        return
    for key, value in values.items():
        setattr(row, key, value)
    by.session.flush()  # Who lists the rules next finds it as it is now.
    _changed(by, row, "updated", {"rule": [before, row.name]})


def place_rule(by: Actor, row: AssignmentRule, place: int) -> None:
    """Try a rule as the first, the second and so on; one beyond the last is the last."""
    require_manage(by)
    mine = AssignmentRule.record_type == row.record_type
    rows = select(AssignmentRule).where(mine).order_by(AssignmentRule.position, AssignmentRule.id)
    others = [one for one in by.session.scalars(rows.with_for_update()) if one is not row]
    others.insert(max(place, 1) - 1, row)
    was = row.position
    for position, one in enumerate(others, start=1):
        one.position = position
    by.session.flush()  # Who lists the rules next finds them so.
    if row.position != was:
        _changed(by, row, "ordered", {})


def switch_rule(by: Actor, row: AssignmentRule, *, is_on: bool) -> None:
    """Let a rule work, or rest."""
    require_manage(by)
    if row.is_on != is_on:
        row.is_on = is_on
        by.session.flush()  # Who asks next reads it.
        _changed(by, row, "switched_on" if is_on else "switched_off", {})


def move_up(by: Actor, row: AssignmentRule) -> None:
    """Try a rule before the one that stands above it."""
    require_manage(by)
    above = by.session.scalars(
        select(AssignmentRule)
        .where(
            AssignmentRule.record_type == row.record_type, AssignmentRule.position < row.position
        )
        .order_by(AssignmentRule.position.desc())
        .limit(1)
    ).first()
    if above is not None:
        above.position, row.position = row.position, above.position
        by.session.flush()  # Both places are taken at once.
        _changed(by, row, "ordered", {})


def delete_rule(by: Actor, row: AssignmentRule) -> None:
    """Remove a rule; who got something by it keeps it."""
    require_manage(by)
    _changed(by, row, "deleted", {"name": [row.name, None]})
    by.session.delete(row)
    by.session.flush()  # Who asks next must not meet it.


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def _read(
    record_type: RecordType, wish: Wish, kept: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """The columns that a wish means; Refused with a message per field.

    `kept` are the conditions that stand.
    """
    user_ids, errors = _read_people(wish.people, by)
    group_kind: str | None = None
    group_id: UUID | None = None
    if wish.group or not (user_ids or errors):
        group_kind, group_id, wrong = read_group(wish.group, by)
        errors |= wrong
    conditions, odd = read_spared(record_type, wish.view, kept, by)
    if odd:
        errors["view"] = next(iter(odd.values()))
    errors = {**errors, **_against_name(wish.name), **_against_hours(wish, by)}
    if wish.strategy not in set(Strategy):
        errors["strategy"] = _("This is not one of the values to choose from.")
    capacity = whole(wish.capacity, MOST_CAPACITY) if wish.capacity.strip() else None
    if wish.capacity.strip() and not capacity:
        errors["capacity"] = _("This must be a number from 1 to %(most)s.", most=MOST_CAPACITY)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return {
        "name": wish.name.strip(),
        "conditions": conditions,
        "group_kind": group_kind,
        "group_id": group_id,
        "user_ids": user_ids,
        "strategy": wish.strategy,
        "capacity": capacity,
        "in_hours": bool(wish.in_hours),
        "calendar_id": parse_id(wish.calendar) if wish.calendar else None,
    }


def _read_people(raw: Sequence[str], by: Actor) -> tuple[list[UUID], dict[str, Text | str]]:
    """The people who are named, each once and by id, with what is wrong with them."""
    ids = sorted({found for one in raw if (found := parse_id(one)) is not None})
    known = by.session.scalar(select(func.count()).where(User.id.in_(ids))) if ids else 0
    if known != len(ids) or any(parse_id(one) is None for one in raw):
        return [], {"people": _("Choose colleagues of this workspace.")}
    if len(ids) > MOST_PEOPLE:
        return [], {"people": _("At most %(limit)s values.", limit=MOST_PEOPLE)}
    return ids, {}


def _against_name(name: str) -> dict[str, Text | str]:
    if not name.strip():
        return {"name": _("Please fill in this field.")}
    if len(name.strip()) > NAME_LENGTH:
        return {"name": _("This is longer than %(limit)s characters.", limit=NAME_LENGTH)}
    return {}


def _against_hours(wish: Wish, by: Actor) -> dict[str, Text | str]:
    if not wish.calendar:
        return {}
    calendar_id = parse_id(wish.calendar)
    if calendar_id is None or by.session.get(BusinessCalendar, calendar_id) is None:
        return {"calendar": _("There is no such calendar.")}
    return {}


def _changed(by: Actor, row: AssignmentRule, verb: str, changes: dict[str, Any]) -> None:
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, row.id, verb, changes={"rule": [None, row.name], **changes})
