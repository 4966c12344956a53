"""The gate of the door: which rules hold a change back, and what locks a record meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, select, true

from app.automation.approvals.approvers import managing, names, people_of, self_passes
from app.automation.approvals.ask import keep_request
from app.automation.approvals.ends import still_waits, withdraw
from app.automation.approvals.facts import Known, Level, Rule, known, strictest
from app.automation.approvals.locks import locked_among, refuse_locked
from app.automation.approvals.models import Lock
from app.automation.authority.judge import beyond
from app.automation.authority.words import hints_for, within_told
from app.automation.pages.approval_standing import standing
from app.kernel.actor import Actor, Rights
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.filters.conditions import where
from app.records.gate import Asked, Done, Verdict, Wish, owner_before
from app.records.merge.asking import MERGE
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.trash import below
from app.records.types import RecordType
from app.web.formats import formats

NAMED = 3  # People whom a message names.


@dataclass(frozen=True, slots=True)
class Why:
    """What holds a change back: what an approval has to meet, and who is asked in which order."""

    passes: tuple[str, ...]
    reasons: tuple[Mapping[str, Any], ...]
    levels: tuple[Level, ...]
    locks: str = Lock.NOTHING
    four_eyes: bool = False
    allowed: tuple[str, ...] = ()  # How far whoever asks may go by themselves.


@dataclass(frozen=True, slots=True)
class ApprovalGate:
    """What the door asks; it holds nothing by itself."""

    def watches(self, by: Actor) -> bool:
        """True where the workspace holds anything back."""
        return known(by).is_any

    def judge(
        self, record_type: RecordType, verb: str, done: Sequence[Done], by: Actor
    ) -> Mapping[UUID, Verdict]:
        """What stands against changes as they stand now; Refused for what is locked."""
        facts = known(by)
        if facts.locks and verb != "create":
            refuse_locked(record_type, verb, done, by)
        if verb == "restore":
            return {}
        found: dict[UUID, list[Why]] = {}
        for record_id, rule in _met(facts, record_type, verb, done, by):
            found.setdefault(record_id, []).append(_why(rule))
        errors: dict[UUID, Mapping[str, Text | str]] = {}
        if verb not in ("delete", MERGE):
            for record_id, one in beyond(facts.limits, record_type, verb, done, by).items():
                why = Why(one.passes, one.reasons, one.levels, allowed=one.allowed)
                found.setdefault(record_id, []).append(why)
                errors[record_id] = one.errors
        return _verdicts(verb, found, errors, done, by)

    def keep(self, wish: Wish, by: Actor) -> Asked:
        """Keep a change until somebody approves it, and tell who can."""
        return keep_request(wish, by)

    def standing(self, record_type: str, record_id: UUID, by: Actor) -> Sequence[Any]:
        """What waits for approval about a record."""
        return standing(record_type, record_id, by)

    def waiting(self, batch_id: UUID, by: Actor) -> int:
        """How many changes of a batch wait for approval."""
        return still_waits(batch_id, by)

    def withdraw(self, batch_id: UUID, by: Actor) -> int:
        """Take back what waits of a batch that is undone."""
        return withdraw(batch_id, by)

    def within(self, told: Mapping[str, Any], by: Actor) -> str:
        """By whose authority something was done, as an event keeps it, in words."""
        return within_told(told, by)

    def locked(self, record_type: str, ids: Any, by: Actor) -> int:
        """How many of some records nobody can change until something is decided."""
        return locked_among(record_type, ids, by)

    def hints(self, record_type: RecordType, record: Any, by: Actor) -> Mapping[str, str]:
        """How far `by` may go by themselves with fields of a record."""
        return hints_for(known(by).limits, record_type, record, by)


def rules_met(
    record_type: RecordType, verb: str, done: Done, by: Actor, rules: Sequence[Rule]
) -> list[Rule]:
    """Which of some rules hold of a change; for who tries a rule on a record."""
    facts = Known({record_type.key: tuple(rules)})
    return [rule for _id, rule in _met(facts, record_type, verb, [done], by)]


def why_of(rules: Sequence[Rule]) -> Why:
    """What holds a change back by all of some rules."""
    return _joined([_why(one) for one in rules])


def _why(rule: Rule) -> Why:
    reason = {"name": rule.name, "text": rule.reason}
    return Why((rule.key,), (reason,), rule.levels, rule.locks, rule.four_eyes)


def _met(
    facts: Known, record_type: RecordType, verb: str, done: Sequence[Done], by: Actor
) -> Iterator[tuple[UUID, Rule]]:
    """The rules that hold of each change; of a deletion also those of what went along."""
    passes = by.approval.passes if by.approval is not None else frozenset()
    if passes is None:
        return
    rules = [one for one in facts.rules.get(record_type.key, ()) if one.key not in passes]
    asked = [(one, rule) for one in done for rule in rules if rule.is_about(verb, one.changes)]
    if asked:
        hold = _holding(record_type, {rule for _one, rule in asked}, done, by)
        for one, rule in asked:
            if rule.id in hold.get(one.record.id, ()):
                yield one.record.id, rule
    if verb == "delete" and any(_goes_along(record_type.key, key) for key in facts.rules):
        for one in done:
            yield from ((one.record.id, rule) for rule in _of_children(facts, record_type, one, by))


def _goes_along(parent: str, key: str) -> bool:
    """True where records of the type `key` may go with their parent."""
    level, met = [parent], {parent}
    while level:
        children = {child.type for one in level for child in registry().type(one).children}
        if key in children:
            return True
        level = [one for one in children if one not in met]
        met |= children
    return False


def _of_children(facts: Known, record_type: RecordType, one: Done, by: Actor) -> Iterator[Rule]:
    """The rules that hold of what goes with a deleted record."""
    found: dict[str, list[Record]] = {}
    batch = one.record.delete_batch_id
    for its_type, record in below(record_type, one.record, by, batch):
        found.setdefault(its_type.key, []).append(record)
    told = set()
    alone = replace(facts, limits=type(facts.limits)())
    for key, records in found.items():
        its = [Done(record, {}) for record in records]
        rules = {key: facts.rules.get(key, ())}
        for _id, rule in _met(replace(alone, rules=rules), _childless(key, by), "delete", its, by):
            if rule.id not in told:
                told.add(rule.id)
                yield rule


def _childless(key: str, by: Actor) -> RecordType:
    """A type whose own children are not looked at again: `below` found them all."""
    return replace(tailored(key, by), children=())


def _holding(
    record_type: RecordType, rules: set[Rule], done: Sequence[Done], by: Actor
) -> dict[UUID, set[UUID]]:
    """Which rules' conditions hold of each record; no statement where none has any."""
    asking = [one for one in rules if one.filters]
    free = {one.id for one in rules if not one.filters}
    found = {one.record.id: set(free) for one in done}
    if asking:
        model = record_type.model
        held = [func.coalesce(_condition(record_type, one, by), literal(False)) for one in asking]
        rows = by.session.execute(select(model.id, *held).where(model.id.in_(list(found))))
        for record_id, *answers in rows:
            found[record_id] |= {
                rule.id for rule, holds in zip(asking, answers, strict=True) if holds
            }
    return found


def _condition(record_type: RecordType, rule: Rule, by: Actor) -> ColumnElement[bool]:
    """The conditions of a rule, whatever `by` may see; what can't be read any more holds back."""
    seeing = replace(by, rights=Rights(is_owner=True))
    try:
        return and_(true(), *where(record_type, rule.filters, seeing, record_type.by_key.keys()))
    except Refused:
        return true()


def _verdicts(
    verb: str,
    found: Mapping[UUID, list[Why]],
    errors: Mapping[UUID, Mapping[str, Text | str]],
    done: Sequence[Done],
    by: Actor,
) -> dict[UUID, Verdict]:
    verdicts: dict[UUID, Verdict] = {}
    for one in done:
        whys = found.get(one.record.id)
        if not whys:
            continue
        owner_id = owner_before(verb, one)  # Who gives a record away has not got a new manager.
        why = _left(_joined(whys), owner_id, by)
        if why.levels:
            first = errors.get(one.record.id, {})
            is_rule = any(key.startswith("rule:") for key in why.passes)
            _demand_others(why, owner_id, by)
            message = _needs(why.levels[0], owner_id, why, by)
            verdicts[one.record.id] = Verdict(message, why, first, bool(first) and not is_rule)
    return verdicts


def _joined(whys: Sequence[Why]) -> Why:
    """All that holds a change back, each level asked once."""
    return Why(
        tuple(dict.fromkeys(key for one in whys for key in one.passes)),
        tuple(reason for one in whys for reason in one.reasons),
        tuple(dict.fromkeys(level for one in whys for level in one.levels)),
        strictest(one.locks for one in whys),
        any(one.four_eyes for one in whys),
        tuple(dict.fromkeys(text for one in whys for text in one.allowed)),
    )


def _left(why: Why, owner_id: UUID | None, by: Actor) -> Why:
    """The same without the levels that `by` could decide by themselves."""
    if why.four_eyes:
        return why
    levels = tuple(
        one for one in why.levels if not self_passes(by.session, one, by.user_id, owner_id)
    )
    return replace(why, levels=levels)


def _demand_others(why: Why, owner_id: UUID | None, by: Actor) -> None:
    """Refused where four eyes are asked and there is nobody but whoever asks."""
    if not why.four_eyes or any(one != by.user_id for one in managing(by.session)):
        return
    for level in why.levels:
        if not people_of(by.session, level, by.user_id, owner_id, but=(by.user_id,))[0]:
            raise Refused(
                _(
                    "Somebody else has to approve this, and there is nobody else who could. Invite "
                    "a colleague, or change the rule in the settings."
                )
            )


def _needs(level: Level, owner_id: UUID | None, why: Why, by: Actor) -> Text:
    but = (by.user_id,) if why.four_eyes else ()
    found, _is_named = people_of(by.session, level, by.user_id, owner_id, but=but)
    called = names(by.session, found)
    some = [called[one] for one in found if one in called][:NAMED]
    if why.allowed:
        return _(
            "You may agree to %(limits)s. Beyond that, this needs the approval of %(who)s.",
            limits=formats(by).together(why.allowed),
            who=formats(by).listed(some),
        )
    return _("This needs the approval of %(who)s.", who=", ".join(some))
