"""Rules by which records go back to the pool: making them, looking what they would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.fields import Field
from app.records.filters.compare import DATES
from app.records.pool.choose import (
    Spared,
    changed,
    pooled_type,
    read_group,
    read_spared,
    require_manage,
    whole,
)
from app.records.pool.due import ENDED, IDLE, KEPT, counted, soon
from app.records.pool.models import PoolRule, PoolWarning
from app.records.types import RecordType

KINDS: dict[str, Text] = {
    IDLE: _("Nothing was done with it"),
    KEPT: _("Its owner has had it"),
    ENDED: _("A date of it is past"),
}
MOST_RULES = 20
MOST_DAYS = 3650
LONGEST_NAME = 100
COUNTED = 10_000  # Up to where a dry run counts.


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as a form sends it; numbers as they were typed, `spared` as `read_spared` takes it."""

    name: str
    kind: str
    days: str
    warn_days: str = "0"
    field: str = ""
    group: str = ""
    spared: Spared = ""


@dataclass(frozen=True, slots=True)
class DryRun:
    """How many records a rule would take, were nobody to be warned, and how many owners it warns.

    Each at most COUNTED and one more.
    """

    takes: int
    warns: int


def create_rule(by: Actor, kind: str, wish: Wish) -> PoolRule:
    """Make a rule, which is switched off at first; Refused with a message per field."""
    require_manage(by)
    record_type = pooled_type(kind, by)
    values = _read(record_type, wish, {}, by)
    if len(rules_of(record_type, by)) >= MOST_RULES:
        raise Refused(_("A pool has at most %(most)s rules.", most=MOST_RULES))
    rule = PoolRule(
        id=new_id(),
        record_type=record_type.key,
        is_on=False,
        created_at=by.now,
        created_by_id=by.user_id,
        **values,
    )
    by.session.add(rule)
    by.session.flush()  # Who lists the rules next must find it.
    changed(by, rule.id, "created", {"rule": [None, rule.name]})
    return rule


def change_rule(by: Actor, rule: PoolRule, wish: Wish) -> None:
    """Change a rule; Refused with a message per field.

    One that takes other records than before is switched off, so that somebody looks what it would
    take, and warns their owners anew. Another name changes nothing of that.
    """
    require_manage(by)
    values = _read(pooled_type(rule.record_type, by), wish, rule.spared, by)
    before = rule.name
    new = {key for key, value in values.items() if getattr(rule, key) != value}
    if not new:
        return
    for key in new:
        setattr(rule, key, values[key])
    if new != {"name"}:
        rule.is_on = False
        by.session.execute(delete(PoolWarning).where(PoolWarning.rule_id == rule.id))
    by.session.flush()  # Who lists the rules next must find it as it is now.
    changed(by, rule.id, "updated", {"rule": [before, rule.name]})


def _read(
    record_type: RecordType, wish: Wish, kept: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """The values of a rule; Refused with a message per field. `kept` are the filters that stand."""
    errors = _odd(record_type, wish)
    group_kind: str | None = None
    group_id: UUID | None = None
    if wish.group:
        group_kind, group_id, odd = read_group(wish.group, by)
        errors |= odd
    spared, odd = read_spared(record_type, wish.spared, kept, by)
    errors |= odd
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return {
        "name": wish.name.strip(),
        "kind": wish.kind,
        "field": wish.field if wish.kind == ENDED else None,
        "days": whole(wish.days, MOST_DAYS),
        "warn_days": whole(wish.warn_days or "0", MOST_DAYS),
        "group_kind": group_kind,
        "group_id": group_id,
        "spared": spared,
    }


def _odd(record_type: RecordType, wish: Wish) -> dict[str, Text | str]:
    """What is wrong with the name, the kind, the date and the numbers of a rule."""
    errors: dict[str, Text | str] = {}
    if not wish.name.strip() or len(wish.name.strip()) > LONGEST_NAME:
        errors["name"] = _("Enter a name of at most %(most)s characters.", most=LONGEST_NAME)
    if wish.kind not in KINDS:
        errors["kind"] = _("This is not one of the values to choose from.")
    days, warn_days = whole(wish.days, MOST_DAYS), whole(wish.warn_days or "0", MOST_DAYS)
    if not days:
        errors["days"] = _("Enter a number of days from 1 to %(most)s.", most=MOST_DAYS)
    if warn_days is None or (days and warn_days >= days):
        errors["warn_days"] = _("Enter fewer days than the rule counts.")
    if wish.kind == ENDED and wish.field not in {one.key for one in dates_of(record_type)}:
        errors["field"] = _("Choose a date.")
    return errors


def switch_rule(by: Actor, rule: PoolRule, *, is_on: bool) -> None:
    """Let a rule work from the next day on, or no longer."""
    require_manage(by)
    if rule.is_on != is_on:
        rule.is_on = is_on
        verb = "switched_on" if is_on else "switched_off"
        changed(by, rule.id, verb, {"rule": [rule.name, rule.name]})


def delete_rule(by: Actor, rule: PoolRule) -> None:
    """Remove a rule; what it has taken stays where it is."""
    require_manage(by)
    by.session.execute(delete(PoolWarning).where(PoolWarning.rule_id == rule.id))
    by.session.delete(rule)
    by.session.flush()  # Who lists the rules next must not meet it.
    changed(by, rule.id, "deleted", {"rule": [rule.name, None]})


def get_rule(by: Actor, rule_id: UUID, *, is_held: bool = False) -> tuple[PoolRule, RecordType]:
    """A rule with its type; Missing where there is none.

    It `is_held` until the transaction ends where it is to be changed.
    """
    rule = by.session.get(PoolRule, rule_id, with_for_update=is_held)
    if rule is None:
        raise Missing(_("There is no such page."))
    return rule, pooled_type(rule.record_type, by)


def rules_of(record_type: RecordType, by: Actor) -> list[PoolRule]:
    """The rules of a type, the oldest first."""
    rows = select(PoolRule).where(PoolRule.record_type == record_type.key)
    return list(by.session.scalars(rows.order_by(PoolRule.created_at, PoolRule.id)))


def dry_run(rule: PoolRule, record_type: RecordType, by: Actor) -> DryRun:
    """What a rule would do if it ran now; nothing is changed."""

    def number(conditions: list[ColumnElement[bool]]) -> int:
        some = select(record_type.model.id).where(*conditions).limit(COUNTED + 1)
        return by.session.scalar(select(func.count()).select_from(some.subquery())) or 0

    takes = number(counted(rule, record_type, rule.days, by))
    warns = number(soon(rule, record_type, by)) if rule.warn_days else 0
    return DryRun(takes, warns)


def dates_of(record_type: RecordType) -> list[Field]:
    """The dates that a rule can look at: those of people, not what the product keeps itself."""
    return [one for one in record_type.fields if one.kind in DATES and not one.readonly]
