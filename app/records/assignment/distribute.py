"""Giving a record that nobody owns to somebody by the rules of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import false, select

from app.identity.models import User
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import OFFERED, Text, _, gettext, using
from app.kernel.remembered import Remembered
from app.kernel.worktime import is_open
from app.records.access import reaches, writable_keys
from app.records.assignment.choose import REASONS, Chosen, Strategy, choose, people_of
from app.records.assignment.models import AssignmentRule, AssignmentTurn
from app.records.pool.caps import spared_by
from app.records.pool.taken import taken_by
from app.records.types import RecordType
from app.records.worktime.kept import calendar_of

STAMP = "assignment"
OWNER = "owner_id"
KEPT = 512  # Workspaces of which a process remembers which types have rules.
_remembered: Remembered[frozenset[str]] = Remembered(KEPT)


class Nobody(Refused):
    """No rule has somebody who can take the record now; `rule` is the last one that fitted."""

    def __init__(self, rule: AssignmentRule | None) -> None:
        said: Text = _("No rule fits this record, so it stays without an owner.")
        if rule is not None:
            said = _("Nobody can take it now: %(rule)s.", rule=rule.name)
        super().__init__(said)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Found:
    """Who gets a record by which rule."""

    rule: AssignmentRule
    chosen: Chosen


def has_rules(kind: str, by: Actor) -> bool:
    """True where records of a type are assigned by rules here; remembered under a stamp."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return False
    return kind in _remembered.get((by.tenant.id, mark), lambda: _types_with_rules(by))


def are_by_rules(record_type: RecordType, by: Actor) -> bool:
    """True where what is made of a type without an owner goes to whom the rules say."""
    return record_type.pool is not None and has_rules(record_type.key, by)


def rules_decide(record_type: RecordType, by: Actor) -> bool:
    """True where the rules choose the owner of what `by` makes of a type and gives to nobody.

    Whose role creates for themselves or their team alone owns what they make.
    """
    return (
        are_by_rules(record_type, by)
        and OWNER in writable_keys(record_type, by)
        and reaches(record_type, None, "create", by)
    )


def find_owner(record_type: RecordType, record_id: UUID, by: Actor) -> Found:
    """Who gets a record by the first rule that fits it and has somebody; Nobody where none has.

    The rule is held until the transaction ends, so those who ask at once come one after the other
    and everybody has their turn.
    """
    rules = select(AssignmentRule).where(
        AssignmentRule.record_type == record_type.key, AssignmentRule.is_on
    )
    fitting: AssignmentRule | None = None
    for rule in by.session.scalars(
        rules.order_by(AssignmentRule.position, AssignmentRule.id)
    ).all():
        if not _fits(rule, record_type, record_id, by):
            continue
        fitting = rule
        if rule.in_hours and not is_open(calendar_of(by, rule.calendar_id), by.now):
            continue
        chosen = _choose(rule, record_type, by)
        if chosen is not None:
            return Found(rule, chosen)
    raise Nobody(fitting)


def distribute(record: Any, by: Actor) -> dict[str, Any]:
    """Give a record of the pool to whom the rules say; it tells the rule and the reason.

    Conflict where somebody else was quicker, Nobody where nobody can take it.
    """
    from app.records.pool.owning import type_of  # The actions of the pool name this one.
    from app.records.tailored import tailored

    model = type(record)
    owner_id = by.session.scalar(
        select(model.owner_id).where(model.id == record.id).with_for_update()
    )
    if owner_id is not None:
        name = by.session.scalar(select(User.name).where(User.id == owner_id))
        raise taken_by(owner_id, name or "", by)
    found = find_owner(tailored(type_of(record), by), record.id, by)
    record.owner_id = found.chosen.user_id
    return {"reason": [None, _told(found)], "rule": [None, str(found.rule.id)]}


def _choose(rule: AssignmentRule, record_type: RecordType, by: Actor) -> Chosen | None:
    by.session.scalar(
        select(AssignmentRule.id).where(AssignmentRule.id == rule.id).with_for_update()
    )
    rows = by.session.scalars(
        select(AssignmentTurn).where(AssignmentTurn.rule_id == rule.id),
        execution_options={"populate_existing": True},
    ).all()
    turns = {one.user_id: one.turn for one in rows}
    people = people_of(rule.group_kind, rule.group_id, rule.user_ids, record_type, by)
    chosen = choose(
        people, Strategy(rule.strategy), record_type, by, turns=turns, capacity=rule.capacity
    )
    if chosen is None:
        return None
    now = max(turns.values(), default=0) + 1
    known = next((one for one in rows if one.user_id == chosen.user_id), None)
    if known is None:
        by.session.add(AssignmentTurn(rule_id=rule.id, user_id=chosen.user_id, turn=now))
    else:
        known.turn = now
    by.session.flush()  # Who asks next in this transaction has the next turn.
    return chosen


def _fits(rule: AssignmentRule, record_type: RecordType, record_id: UUID, by: Actor) -> bool:
    """True where the conditions hold; those that can't be read any more hold for nothing."""
    conditions = spared_by(record_type, rule.conditions, by, unread=(false(),))
    if not conditions:
        return True
    model = record_type.model
    return by.session.scalar(select(model.id).where(model.id == record_id, *conditions)) is not None


def _told(found: Found) -> dict[str, str]:
    """Why somebody got a record, in every language that is offered."""
    words = {}
    for language in OFFERED:
        with using(language):
            words[language] = gettext(
                "%(name)s, %(why)s – rule “%(rule)s”",
                name=found.chosen.name,
                why=str(REASONS[found.chosen.strategy]),
                rule=found.rule.name,
            )
    return words


def _types_with_rules(by: Actor) -> frozenset[str]:
    return frozenset(
        by.session.scalars(
            select(AssignmentRule.record_type).where(AssignmentRule.is_on).distinct()
        )
    )
