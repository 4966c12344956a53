"""Rules of approval: making them, changing them, their order, trying them on a record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import MANAGE, names, people_of
from app.automation.approvals.facts import changed, rule_of
from app.automation.approvals.gate import rules_met
from app.automation.approvals.models import ApprovalRule, Lock
from app.automation.approvals.wishes import Wish, check
from app.events import write_event
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.filters.written import as_tree
from app.records.gate import Done
from app.records.model import Record
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

MOST_RULES = 50


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not manage approvals, or while nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    require_writable(by)


def create_rule(by: Actor, kind: str, wish: Wish) -> ApprovalRule:
    """Make a rule, which works at once; Refused with a message per field."""
    require_manage(by)
    record_type = type_called(kind, by)
    check(record_type, wish, by)
    rows = rules_of(record_type.key, by)
    if len(rows) >= MOST_RULES:
        raise Refused(_("A kind of record has at most %(most)s rules.", most=MOST_RULES))
    rule = ApprovalRule(
        id=new_id(),
        version=1,
        record_type=record_type.key,
        position=max((one.position for one in rows), default=0) + 1,
        is_on=True,
        created_at=by.now,
        filter=None,
    )
    _put(rule, wish, by)
    by.session.add(rule)
    by.session.flush()  # Who lists the rules next must find it.
    _note(by, rule, "created", {"rule": [None, rule.name]})
    return rule


def change_rule(by: Actor, rule: ApprovalRule, wish: Wish, version: int | None = None) -> None:
    """Change a rule; requests that wait go on by what they were asked for."""
    require_manage(by)
    if version is not None and version != rule.version:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again."))
    check(tailored(rule.record_type, by), wish, by)
    before = _told(rule)
    _put(rule, wish, by)
    rule.version += 1
    by.session.flush()  # What follows reads it in the database.
    if before != _told(rule):
        _note(by, rule, "updated", {"rule": [before, _told(rule)]})


def switch_rule(by: Actor, rule: ApprovalRule, *, is_on: bool) -> None:
    """Let a rule hold changes back, or no longer; requests that wait go on."""
    require_manage(by)
    if rule.is_on != is_on:
        rule.is_on, rule.updated_at = is_on, by.now
        rule.version += 1
        verb = "switched_on" if is_on else "switched_off"
        _note(by, rule, verb, {"rule": [rule.name, rule.name]})


def delete_rule(by: Actor, rule: ApprovalRule) -> None:
    """Remove a rule; requests that wait go on."""
    require_manage(by)
    rule.retired_at, rule.is_on = by.now, False
    by.session.flush()  # What follows reads it in the database.
    _note(by, rule, "deleted", {"rule": [rule.name, None]})


def order_rules(by: Actor, kind: str, ids: Sequence[UUID]) -> None:
    """Put the rules of a type into an order, in which those who are asked follow one another."""
    require_manage(by)
    rows = {one.id: one for one in rules_of(kind, by)}
    if set(ids) != set(rows) or len(ids) != len(rows):
        raise Refused(_("These are not the rules that there are. Load the page again."))
    for position, rule_id in enumerate(ids, 1):
        rows[rule_id].position = position
    by.session.flush()  # What follows reads it in the database.
    changed(by.session)


def get_rule(by: Actor, rule_id: UUID) -> ApprovalRule:
    """A rule that was not removed; Missing where there is none."""
    rule = by.session.get(ApprovalRule, rule_id)
    if rule is None or rule.retired_at is not None:
        raise Missing(_("There is no such page."))
    return rule


def rules_of(kind: str | None, by: Actor) -> list[ApprovalRule]:
    """The rules of a type, or of all, in their order."""
    rows = select(ApprovalRule).where(ApprovalRule.retired_at.is_(None))
    if kind is not None:
        rows = rows.where(ApprovalRule.record_type == kind)
    order = (ApprovalRule.record_type, ApprovalRule.position, ApprovalRule.id)
    return list(by.session.scalars(rows.order_by(*order)))


def type_called(key: str, by: Actor) -> RecordType:
    """A type by its key; Refused when there is none of that name here."""
    if key not in {one.key for one in switched_on(by)}:
        raise Refused(_("There is no such record type."), field="record_type")
    return tailored(key, by)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do with a record: whether it holds, and who would be asked in turn."""

    holds: bool
    asks: tuple[tuple[str, ...], ...]


def try_rule(rule: ApprovalRule, record: Record, by: Actor) -> Trial:
    """Who would have to approve it if `by` did this with a record as it stands."""
    record_type = tailored(rule.record_type, by)
    verb = rule.verbs[0]
    changes = {key: [None, None] for key in rule.fields or record_type.by_key}
    met = rules_met(record_type, verb, Done(record, changes), by, [rule_of(rule)])
    if not met:
        return Trial(holds=False, asks=())
    found = []
    for level in met[0].levels:
        but = (by.user_id,) if rule.four_eyes else ()
        ids, _named = people_of(by.session, level, by.user_id, record.owner_id, but=but)
        called = names(by.session, ids)
        found.append(tuple(called[one] for one in ids if one in called))
    return Trial(holds=True, asks=tuple(found))


def _put(rule: ApprovalRule, wish: Wish, by: Actor) -> None:
    rule.name, rule.reason = wish.name.strip(), wish.reason.strip()
    rule.verbs, rule.fields = list(dict.fromkeys(wish.verbs)), list(dict.fromkeys(wish.fields))
    rule.levels = [one.stored() for one in wish.levels]
    rule.locks, rule.four_eyes = wish.locks, wish.four_eyes
    rule.has_locked = bool(rule.has_locked) or wish.locks != Lock.NOTHING
    if wish.filters is not None:
        rule.filter = as_tree(tuple(wish.filters)) if wish.filters else None
    rule.updated_at = by.now


def _told(rule: ApprovalRule) -> str:
    """A rule as the audit tells it."""
    told: dict[str, Any] = {
        "name": rule.name,
        "verbs": rule.verbs,
        "fields": rule.fields,
        "filter": rule.filter,
        "levels": rule.levels,
        "locks": rule.locks,
        "four_eyes": rule.four_eyes,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _note(by: Actor, rule: ApprovalRule, verb: str, changes: Mapping[str, Any]) -> None:
    write_event(by, "approval_rule", rule.id, verb, changes=changes)
    changed(by.session)
