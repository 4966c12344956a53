"""A request in words, as its card shows it: what waits, who asked, from what to what, how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import names
from app.automation.approvals.find import deciders
from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep, State
from app.automation.approvals.telling import place_of
from app.automation.approvals.verbs import asked_verbs
from app.automation.authority.words import reason_told
from app.automation.pages.approval_answering import may_decide, stood_in_for_here, why_barred
from app.automation.pages.approval_facts import Fact, facts_of, lines_of
from app.automation.pages.approval_refusals import refusal_told, refusals_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import sees
from app.records.pages.changes import Change
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

STATES: Mapping[str, tuple[Text, str]] = {
    State.WAITING: (_("To be approved"), "warn"),
    State.APPROVED: (_("Approved"), "good"),
    State.REJECTED: (_("Rejected"), "bad"),
    State.RECALLED: (_("Recalled"), ""),
    State.GONE: (_("Its record is gone"), ""),
}
ANSWERS: Mapping[str, Text] = {
    Answer.WAITING: _("is asked"),
    Answer.APPROVED: _("approved"),
    Answer.REJECTED: _("rejected"),
    Answer.PASSED_ON: _("handed it on"),
    Answer.LEFT: _("can't decide any more"),
}


@dataclass(frozen=True, slots=True)
class LevelShown:
    """One level of a request: its people with what they said; `state` is done, now or later."""

    number: int
    people: str
    state: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as its card shows it."""

    request: ApprovalRequest
    url: str
    record_type: RecordType
    verb: Text
    who: str
    when: str
    exact: str
    state: Text
    tone: str
    record_url: str
    facts: list[Fact]
    lines: list[Change]
    hidden: int  # Fields that the reader may not see.
    reasons: list[Mapping[str, str]]
    levels: list[LevelShown]
    refusal: str  # Who rejected it and why; "" for all others.
    agreed: str  # Who approved it; "" for all others.
    waits_for: str
    in_place_of: str  # For whom the reader decides it who isn't asked themselves.
    barred: str  # Why the reader can't decide it, though it waits for them too.
    due: str
    rests: bool  # It has a deadline that stands still, as nobody can decide.
    is_late: bool
    may_decide: bool
    may_recall: bool
    version: int | None


def shown(requests: Sequence[ApprovalRequest], by: Actor) -> list[Shown]:
    """Requests in words, in a fixed number of statements for each kind of record among them."""
    known = [one for one in requests if registry().get(one.record_type) is not None]
    steps = _steps(known, by)
    people = {one.requester_id for one in known}
    people |= {step.user_id for its in steps.values() for step in its}
    people |= {step.by_id for its in steps.values() for step in its}
    refusals = refusals_of(known, by)
    people |= {one.user_id for one in refusals.values()}
    called = names(by.session, people)
    told = {key: refusal_told(one, called) for key, one in refusals.items()}
    mine = deciders(by)
    found: dict[UUID, Shown] = {}
    for key in dict.fromkeys(one.record_type for one in known):
        its = [one for one in known if one.record_type == key]
        found |= _of_type(tailored(key, by), its, steps, told, called, mine, by)
    return [found[one.id] for one in known]


def _steps(requests: Sequence[ApprovalRequest], by: Actor) -> dict[UUID, list[ApprovalStep]]:
    found: dict[UUID, list[ApprovalStep]] = {one.id: [] for one in requests}
    rows = select(ApprovalStep).where(ApprovalStep.request_id.in_(list(found)))
    for step in by.session.scalars(rows.order_by(ApprovalStep.level, ApprovalStep.id)):
        found[step.request_id].append(step)
    return found


def _of_type(
    record_type: RecordType,
    requests: Sequence[ApprovalRequest],
    steps: Mapping[UUID, list[ApprovalStep]],
    refusals: Mapping[UUID, str],
    called: Mapping[UUID, str],
    mine: set[UUID],
    by: Actor,
) -> dict[UUID, Shown]:
    may_read = by.may(record_type.key, "read")
    ids = [one.record_id for one in requests if one.record_id] if may_read else []
    readable = titles(record_type.key, ids, by) if ids else {}
    versions = _versions(record_type, ids, by)
    lines, hidden = lines_of(record_type, [one.changes for one in requests], by)
    facts = facts_of(record_type, requests, by)
    verbs = asked_verbs(record_type)
    write = formats(by)
    found = {}
    for number, one in enumerate(requests):
        its = steps[one.id]
        waiting = [step for step in its if step.state == Answer.WAITING]
        state, tone = STATES[one.state]
        url = f"/{record_type.collection}/{one.record_id}" if one.record_id in readable else ""
        found[one.id] = Shown(
            request=one,
            url=place_of(one),
            record_type=record_type,
            verb=verbs.get(one.verb, Text(one.verb)),
            who=called.get(one.requester_id, "") if one.requester_id else gettext("The system"),
            when=write.relative(one.created_at, by.now),
            exact=write.exact(one.created_at),
            state=state,
            tone=tone,
            record_url=url,
            facts=facts[number],
            lines=lines[number] if one.verb != "delete" else [],
            hidden=hidden[number],
            reasons=[
                reason_told(reason, by)
                for reason in one.reasons
                if "field" not in reason or sees(record_type, reason["field"], by)
            ],
            levels=_levels(one, its, called, by),
            refusal=refusals.get(one.id, ""),
            agreed=_agreed(one, its, called, by),
            waits_for=write.listed(dict.fromkeys(called.get(step.user_id, "") for step in waiting)),
            in_place_of=write.listed(
                called.get(one_id, "") for one_id in stood_in_for_here(one, waiting, mine, by)
            ),
            barred=why_barred(one, waiting, mine, by),
            due=_due(one, by),
            rests=one.due_at is not None and one.is_open and by.tenant.is_read_only,
            is_late=_is_late(one, by),
            may_decide=may_decide(one, waiting, mine, by),
            may_recall=one.is_open and one.requester_id == by.user_id,
            version=versions.get(one.record_id) if one.record_id else None,
        )
    return found


def _agreed(
    request: ApprovalRequest, steps: Sequence[ApprovalStep], called: Mapping[UUID, str], by: Actor
) -> str:
    """Who approved a request, in the order of its levels; a stand-in is who did it."""
    if request.state != State.APPROVED:
        return ""
    people = [
        called.get(one.by_id or one.user_id, "") for one in steps if one.state == Answer.APPROVED
    ]
    told = [name for name in dict.fromkeys(people) if name]
    return gettext("Approved by %(names)s", names=formats(by).listed(told)) if told else ""


def _due(request: ApprovalRequest, by: Actor) -> str:
    """Until when an answer is due; nothing while that rests, as nobody can decide."""
    if request.due_at is None or by.tenant.is_read_only:
        return ""
    return formats(by).moment(request.due_at, by.today())


def _is_late(request: ApprovalRequest, by: Actor) -> bool:
    return request.due_at is not None and request.due_at < by.now and not by.tenant.is_read_only


def _versions(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> dict[UUID | None, int]:
    model = record_type.model
    if not ids:
        return {}
    rows = by.session.execute(select(model.id, model.version).where(model.id.in_(ids)))
    return {record_id: version for record_id, version in rows}  # noqa: C416  Typed rows.


def _levels(
    request: ApprovalRequest,
    steps: Sequence[ApprovalStep],
    called: Mapping[UUID, str],
    by: Actor,
) -> list[LevelShown]:
    found = []
    for number in range(len(request.levels)):
        told = [
            gettext(
                "%(who)s %(answer)s",
                who=called.get(step.user_id, ""),
                answer=str(ANSWERS[step.state]),
            )
            for step in steps
            if step.level == number and step.state in ANSWERS
        ]
        if number < request.level or request.state == State.APPROVED:
            state = "done"
        else:
            state = "now" if number == request.level and request.is_open else "later"
        people = formats(by).listed(told) or _unanswered(request, number, steps, called, by)
        found.append(LevelShown(number + 1, people, state))
    return found


def _unanswered(
    request: ApprovalRequest,
    number: int,
    steps: Sequence[ApprovalStep],
    called: Mapping[UUID, str],
    by: Actor,
) -> str:
    """What there is to say of a level on which nobody said anything."""
    if request.is_open:
        return gettext("is asked next")
    people = dict.fromkeys(called.get(one.user_id, "") for one in steps if one.level == number)
    if not people:
        return gettext("nobody was asked any more")
    return gettext("%(who)s did not answer", who=formats(by).listed(people))
