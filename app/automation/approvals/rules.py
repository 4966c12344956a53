"""Rules of approval: making them, changing them, their order, trying them on a record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.automation.approvals.approvers import MANAGE, managing, named, names, people_of
from app.automation.approvals.facts import Level, changed, rule_of
from app.automation.approvals.gate import rules_met
from app.automation.approvals.models import ApprovalRule, Late, Lock
from app.automation.approvals.verbs import verbs_of
from app.events import write_event
from app.identity.models import Role, User
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.filters.written import as_tree
from app.records.gate import Done
from app.records.model import Record
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

WHO: Mapping[str, Text] = {
    "manager": _("The manager of who asks"),
    "owner_manager": _("The manager of the record's owner"),
    "role": _("A role"),
    "people": _("Named people"),
}
LOCKS: Mapping[str, Text] = {
    Lock.NOTHING: _("Nothing"),
    Lock.FIELDS: _("The fields concerned"),
    Lock.RECORD: _("The whole record"),
}
LATE: Mapping[str, Text] = {
    Late.TELL: _("They and who asked are told"),
    Late.ASK: _("Those who manage approvals are asked too"),
    Late.REJECT: _("It is rejected"),
}
LONGEST_NAME = 100
LONGEST_REASON = 500
MOST_RULES = 50
MOST_LEVELS = 5
MOST_PEOPLE = 20
MOST_HOURS = 24 * 60
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as a form or a program asks for it; `filters` None leaves the conditions."""

    name: str
    verbs: Sequence[str]
    levels: Sequence[Level]
    fields: Sequence[str] = ()
    filters: Sequence[Node] | None = None
    reason: str = ""
    locks: str = Lock.NOTHING
    four_eyes: bool = False


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not manage approvals, or while nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    require_writable(by)


def create_rule(by: Actor, kind: str, wish: Wish) -> ApprovalRule:
    """Make a rule, which works at once; Refused with a message per field."""
    require_manage(by)
    record_type = type_called(kind, by)
    _check(record_type, wish, by)
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
    _check(tailored(rule.record_type, by), wish, by)
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
        but = by.user_id if rule.four_eyes else None
        ids, _named = people_of(by.session, level, by.user_id, record.owner_id, but=but)
        called = names(by.session, ids)
        found.append(tuple(called[one] for one in ids if one in called))
    return Trial(holds=True, asks=tuple(found))


def _check(record_type: RecordType, wish: Wish, by: Actor) -> None:
    errors: Errors = {}
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("Enter a name of at most %(most)s characters.", most=LONGEST_NAME)
    if len(wish.reason) > LONGEST_REASON:
        errors["reason"] = _("At most %(limit)s characters.", limit=LONGEST_REASON)
    if not wish.verbs or not set(wish.verbs) <= verbs_of(record_type).keys():
        errors["verbs"] = _("Choose at least one of these.")
    if not set(wish.fields) <= set(record_type.by_key):
        errors["fields"] = _("There is no such field.")
    if wish.locks not in LOCKS:
        errors["locks"] = _("This is not one of the values to choose from.")
    errors |= _odd_levels(wish.levels, by)
    errors = errors or _stuck(wish, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    if wish.filters:
        where(record_type, wish.filters, by, record_type.by_key.keys())


def _odd_levels(levels: Sequence[Level], by: Actor) -> Errors:
    if not 0 < len(levels) <= MOST_LEVELS:
        return {"levels": _("Say who approves it, on one to %(most)s levels.", most=MOST_LEVELS)}
    errors: Errors = {}
    for number, one in enumerate(levels):
        place = f"levels.{number}"
        if one.who not in WHO:
            errors[place] = _("This is not one of the values to choose from.")
        elif one.who == "role" and (one.role_id is None or not _is_there(Role, [one.role_id], by)):
            errors[place] = _("Choose a role.")
        elif one.who == "people" and not _are_people(one.user_ids, by):
            errors[place] = _("Choose at least one colleague.")
        if one.hours is not None and not 0 < one.hours <= MOST_HOURS:
            errors[place] = _("Enter a number of hours from 1 to %(most)s.", most=MOST_HOURS)
        if one.late not in LATE:
            errors[place] = _("This is not one of the values to choose from.")
    return errors


def _stuck(wish: Wish, by: Actor) -> Errors:
    """What stands against four eyes that could never be found for a level, whoever asks."""
    if not wish.four_eyes:
        return {}
    others = set(managing(by.session))
    for one in wish.levels:
        if one.who in ("role", "people"):
            found = {*others, *named(by.session, one, None, None)}
        else:
            found = set(by.session.scalars(select(User.id).where(User.is_active).limit(2)))
        if len(found) < 2:
            text = _("Only one person could decide, who then could not ask for anything.")
            return {"four_eyes": text}
    return {}


def _are_people(ids: Sequence[UUID], by: Actor) -> bool:
    return 0 < len(ids) <= MOST_PEOPLE and _is_there(User, ids, by)


def _is_there(model: type[Role] | type[User], ids: Sequence[UUID], by: Actor) -> bool:
    rows = select(func.count()).select_from(model).where(model.id.in_(ids))
    return by.session.scalar(rows) == len(set(ids))


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
