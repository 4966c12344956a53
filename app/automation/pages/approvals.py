"""Requests for approval in words: what waits, who asked, from what to what, how far it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from app.automation.approvals.approvers import names
from app.automation.approvals.find import deciders, deciding, is_barred, moved_since
from app.automation.approvals.models import (
    Answer,
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    State,
)
from app.automation.approvals.telling import place_of
from app.automation.approvals.verbs import asked_verbs
from app.automation.authority.words import reason_told
from app.automation.pages.approval_facts import Fact, facts_of, lines_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import sees
from app.records.pages.changes import Change
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

PAGE = 50
TABS: Mapping[str, Text] = {
    "waiting": _("Waits for me"),
    "mine": _("I asked for"),
    "done": _("Decided"),
}
STATES: Mapping[str, tuple[Text, str]] = {
    State.WAITING: (_("To be approved"), "warn"),
    State.APPROVED: (_("Approved"), "good"),
    State.REJECTED: (_("Rejected"), "bad"),
    State.RECALLED: (_("Taken back"), ""),
    State.GONE: (_("Its record is gone"), ""),
}
ANSWERS: Mapping[str, Text] = {
    Answer.WAITING: _("is asked"),
    Answer.APPROVED: _("approved"),
    Answer.REJECTED: _("rejected"),
    Answer.PASSED_ON: _("handed it on"),
    Answer.LEFT: _("can't decide any more"),
}
KINDS: Mapping[str, Text] = {
    "requested": _("%(who)s asked for it"),
    "agreed": _("%(who)s said yes"),
    "approved": _("It was approved and done"),
    "rejected": _("%(who)s rejected it"),
    "recalled": _("%(who)s took it back"),
    "comment": _("%(who)s commented"),
    "handed_on": _("%(who)s handed it on to %(other)s"),
    "left": _("%(other)s can't decide any more"),
    "fallback": _("Nobody it names can decide, so those who manage approvals are asked"),
    "nobody": _("Nobody is left who could approve it"),
    "alone": _("There is nobody above but who agreed already, so the level was passed over"),
    "above": _("Those who manage approvals are asked too"),
    "expired": _("Nobody answered in time, so it was rejected"),
    "reminded": _("A reminder was sent"),
    "late": _("The answer is late"),
    "gone": _("The record was deleted"),
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
    waits_for: str
    barred: str  # Why the reader can't decide it, though it waits for them too.
    due: str
    rests: bool  # It has a deadline that stands still, as nobody can decide.
    is_late: bool
    may_decide: bool
    may_recall: bool
    version: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail."""

    text: str
    said: str
    when: str


@dataclass(frozen=True, slots=True)
class Page:
    """A request on its own page: with its trail, and what was changed of the record meanwhile."""

    shown: Shown
    trail: list[Line]
    moved: list[Change]


def inbox(tab: str, by: Actor, limit: int = PAGE) -> list[ApprovalRequest]:
    """The requests of a tab: the oldest first of what waits, else the newest first."""
    mine = deciders(by)
    rows = select(ApprovalRequest)
    if tab == "waiting":
        steps = exists().where(
            ApprovalStep.request_id == ApprovalRequest.id,
            ApprovalStep.state == Answer.WAITING,
            ApprovalStep.user_id.in_(mine),
        )
        rows = rows.where(ApprovalRequest.state == State.WAITING, steps)
        rows = rows.order_by(ApprovalRequest.created_at, ApprovalRequest.id)
    elif tab == "mine":
        rows = rows.where(ApprovalRequest.requester_id == by.person_id)
        rows = rows.order_by(ApprovalRequest.created_at.desc(), ApprovalRequest.id.desc())
    else:
        said = exists().where(
            ApprovalStep.request_id == ApprovalRequest.id, ApprovalStep.by_id == by.person_id
        )
        rows = rows.where(ApprovalRequest.state != State.WAITING, said)
        rows = rows.order_by(ApprovalRequest.finished_at.desc(), ApprovalRequest.id.desc())
    return list(by.session.scalars(rows.limit(limit)))


def shown(requests: Sequence[ApprovalRequest], by: Actor) -> list[Shown]:
    """Requests in words, in a fixed number of statements for each kind of record among them."""
    known = [one for one in requests if registry().get(one.record_type) is not None]
    steps = _steps(known, by)
    people = {one.requester_id for one in known}
    people |= {step.user_id for its in steps.values() for step in its}
    people |= {step.by_id for its in steps.values() for step in its}
    called = names(by.session, people)
    mine = deciders(by)
    found: dict[UUID, Shown] = {}
    for key in dict.fromkeys(one.record_type for one in known):
        its = [one for one in known if one.record_type == key]
        found |= _of_type(tailored(key, by), its, steps, called, mine, by)
    return [found[one.id] for one in known]


def page_of(request: ApprovalRequest, by: Actor) -> Page:
    """A request on its own page."""
    (one,) = shown([request], by)
    notes = by.session.scalars(
        select(ApprovalNote)
        .where(ApprovalNote.request_id == request.id)
        .order_by(ApprovalNote.at, ApprovalNote.id)
    ).all()
    called = names(by.session, [*(n.user_id for n in notes), *(n.other_id for n in notes)])
    moved = moved_since(request, by) if request.is_open else {}
    lines, _hidden = lines_of(one.record_type, [moved], by)
    return Page(one, [_line(note, called, by) for note in notes], lines[0])


def _line(note: ApprovalNote, called: Mapping[UUID, str], by: Actor) -> Line:
    who = called.get(note.user_id, "") if note.user_id else gettext("The system")
    other = called.get(note.other_id, "") if note.other_id else ""
    text = gettext(KINDS[note.kind].message, who=who, other=other)
    if note.kind == "agreed" and other:
        text = gettext("%(who)s said yes for %(other)s", who=who, other=other)
    said = "" if note.kind in ("late", "reminded", "nobody") else note.text
    return Line(text, said, formats(by).moment(note.at, by.today()))


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
            waits_for=write.listed(dict.fromkeys(called.get(step.user_id, "") for step in waiting)),
            barred=_why_barred(one, waiting, mine, by),
            due=_due(one, by),
            rests=one.due_at is not None and one.is_open and by.tenant.is_read_only,
            is_late=_is_late(one, by),
            may_decide=_may_decide(one, waiting, mine, by),
            may_recall=one.is_open and one.requester_id == by.user_id,
            version=versions.get(one.record_id) if one.record_id else None,
        )
    return found


def _due(request: ApprovalRequest, by: Actor) -> str:
    """Until when an answer is due; nothing while that rests, as nobody can decide."""
    if request.due_at is None or by.tenant.is_read_only:
        return ""
    return formats(by).moment(request.due_at, by.today())


def _is_late(request: ApprovalRequest, by: Actor) -> bool:
    return request.due_at is not None and request.due_at < by.now and not by.tenant.is_read_only


def _may_decide(
    request: ApprovalRequest, waiting: Sequence[ApprovalStep], mine: set[UUID], by: Actor
) -> bool:
    own = deciding(request, by, mine)
    return any(step.user_id in own for step in waiting) and not is_barred(request, by)


def _why_barred(
    request: ApprovalRequest, waiting: Sequence[ApprovalStep], mine: set[UUID], by: Actor
) -> str:
    """Why somebody can't decide what waits for them too, or why nobody can."""
    if not request.is_open:
        return ""
    if not waiting:
        return gettext("Nobody is left who could approve it. Ask an owner of the workspace.")
    asked = {step.user_id for step in waiting} & mine
    if not asked or _may_decide(request, waiting, mine, by):
        return ""
    is_own = request.requester_id == by.person_id
    if is_own and request.levels[request.level].get("four_eyes"):
        return gettext("Four eyes: you asked for this, so somebody else decides.")
    if is_own and not asked & deciding(request, by, mine):
        return gettext("You asked for this, so you don’t decide it in somebody else’s place.")
    return gettext("You agreed on an earlier level, so somebody else decides on this one.")


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
        people = formats(by).listed(told) or gettext("is asked next")
        found.append(LevelShown(number + 1, people, state))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A request that waits, as the page of its record shows it."""

    text: str
    url: str


def standing(record_type: str, record_id: UUID, by: Actor) -> list[Standing]:
    """What waits for approval about a record."""
    rows = by.session.scalars(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.record_type == record_type,
            ApprovalRequest.record_id == record_id,
            ApprovalRequest.state == State.WAITING,
        )
        .order_by(ApprovalRequest.created_at)
        .limit(3)
    ).all()
    return [
        Standing(
            gettext(
                "%(who)s asked: %(verb)s. It waits for %(names)s.",
                who=one.who,
                verb=str(one.verb),
                names=one.waits_for,
            ),
            one.url,
        )
        for one in shown(rows, by)
    ]
