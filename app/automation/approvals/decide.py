"""Deciding about requests: approving, rejecting, recalling, handing on, saying something.

Each holds the request's row, so that of two who decide at once the second is told. What is approved
is done in the same transaction, through the door, as the change of whoever asked: a worker or a
server that dies leaves both undone or both done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.automation.approvals.absences import stood_in_for
from app.automation.approvals.approvers import MANAGE, names
from app.automation.approvals.ask import add_steps, ask_level, requester_name
from app.automation.approvals.models import (
    Answer,
    ApprovalRequest,
    ApprovalStep,
    State,
)
from app.automation.approvals.telling import note, tell_people
from app.automation.approvals.waiting import concern
from app.events import Event
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor, Approval, service_actor
from app.kernel.errors import Answer as Refusal
from app.kernel.errors import Conflict, Held, Missing, NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import fetch
from app.records.bulk.run import sentence
from app.records.door import perform
from app.records.model import Record
from app.records.tailored import tailored

LONGEST = 2000  # Characters of a comment.
DONE: dict[str, Text] = {
    State.APPROVED: _("This was approved already."),
    State.REJECTED: _("This was rejected already."),
    State.RECALLED: _("This was taken back by whoever asked."),
    State.GONE: _("What this was about is gone."),
}


class Moved(Conflict):
    """The record was changed since it was asked: whoever decides has to see that first."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a request by a decision; `is_done` where the change was done by it."""

    request: ApprovalRequest
    is_done: bool


def find_request(request_id: UUID, by: Actor, *, lock: bool = False) -> ApprovalRequest:
    """A request that concerns `by`; Missing for all others. With `lock` its row is held."""
    asked = select(ApprovalRequest).where(ApprovalRequest.id == request_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None or not _may_see(found, by):
        raise Missing(_("There is no such page."))
    return found


def _may_see(request: ApprovalRequest, by: Actor) -> bool:
    """True for who asked or is asked, who manages approvals, and who may read the record."""
    if by.rights.scopes is not None and not by.may(request.record_type, "read"):
        return False
    if by.person_id is not None and request.requester_id == by.person_id:
        return True
    if by.may(*MANAGE):
        return True
    mine = select(ApprovalStep.id).where(
        ApprovalStep.request_id == request.id, ApprovalStep.user_id.in_(deciders(by))
    )
    if by.session.execute(mine.limit(1)).first() is not None:
        return True
    return request.record_id is not None and record_of(request, by) is not None


def record_of(request: ApprovalRequest, by: Actor) -> Record | None:
    """The record that a request is about, as far as `by` may read it."""
    try:
        return fetch(tailored(request.record_type, by), request.record_id, by)
    except (Missing, NotPermitted):
        return None


def deciders(by: Actor) -> set[UUID]:
    """Whose requests `by` may decide: their own, and those of whom they stand in for today."""
    if by.person_id is None:
        return set()
    return {by.person_id, *stood_in_for(by)}


def is_barred(request: ApprovalRequest, by: Actor) -> bool:
    """True for who asked, where a level wants four eyes: not even in somebody else's place."""
    wants_others = bool(request.levels[request.level].get("four_eyes"))
    return wants_others and by.person_id is not None and by.person_id == request.requester_id


def my_steps(request: ApprovalRequest, by: Actor) -> list[ApprovalStep]:
    """The steps of a request that `by` may answer now."""
    if is_barred(request, by):
        return []
    return list(
        by.session.scalars(
            select(ApprovalStep)
            .where(
                ApprovalStep.request_id == request.id,
                ApprovalStep.level == request.level,
                ApprovalStep.state == Answer.WAITING,
                ApprovalStep.user_id.in_(deciders(by)),
            )
            .order_by(ApprovalStep.id)
        )
    )


def approve(request_id: UUID, by: Actor, *, version: int | None = None, text: str = "") -> Decided:
    """Say yes. Where that was the last yes that it takes, the change is done.

    `version` is the record's that the person saw. Moved where it was changed since it was asked and
    they have not seen how it stands; Conflict where it was decided already; Refused with the reason
    where the change can't be done, and then nothing is decided.
    """
    request = _held(request_id, by)
    steps = _answerable(request, by)
    _demand_seen(request, version, by)
    for one in steps:
        _answer(one, Answer.APPROVED, by)
    stood_for = next((one.user_id for one in steps if one.user_id != by.user_id), None)
    note(by, request, "agreed", _said(text), other_id=stood_for)
    by.session.flush()  # What follows reads it in the database.
    if _is_level_done(request, by):
        return Decided(request, _go_on(request, by))
    return Decided(request, is_done=False)


def reject(request_id: UUID, by: Actor, *, text: str) -> ApprovalRequest:
    """Say no, with the reason, which whoever asked is told; Refused without one."""
    if not text.strip():
        raise Refused(_("Say why."), field="text")
    request = _held(request_id, by)
    steps = _answerable(request, by)
    for one in steps:
        _answer(one, Answer.REJECTED, by)
    _end(request, State.REJECTED, by)
    note(by, request, "rejected", _said(text))
    told = _("%(who)s rejected: %(name)s", who=by.name, name=request.title)
    _tell_requester(request, told, by)
    return request


def recall(request_id: UUID, by: Actor, *, text: str = "") -> ApprovalRequest:
    """Take a request back, by who made it or who manages approvals."""
    request = _held(request_id, by)
    if request.requester_id != by.user_id and not by.may(*MANAGE):
        raise NotPermitted(_("Only who asked for it can take it back."))
    asked = _waiting(request, by)
    _end(request, State.RECALLED, by)
    note(by, request, "recalled", _said(text))
    told = _("%(who)s took back: %(name)s", who=by.name, name=request.title)
    tell_people(by, request, [one.user_id for one in asked], told, None)
    if request.requester_id != by.user_id:
        _tell_requester(request, told, by)
    return request


def comment(request_id: UUID, by: Actor, *, text: str) -> ApprovalRequest:
    """Say something about a request; whoever asked and is asked is told."""
    if not text.strip():
        raise Refused(_("Write something first."), field="text")
    _demand_scope(by)
    require_writable(by)
    request = find_request(request_id, by, lock=True)
    note(by, request, "comment", _said(text))
    told = _("%(who)s commented on: %(name)s", who=by.name, name=request.title)
    people = [one.user_id for one in _waiting(request, by)]
    people += [request.requester_id] if request.requester_id else []
    tell_people(by, request, people, told, None)
    return request


def hand_on(request_id: UUID, user: User, by: Actor, *, text: str = "") -> ApprovalRequest:
    """Let somebody else decide in one's place; who manages approvals may for everybody."""
    request = _held(request_id, by)
    if not user.is_active:
        raise Refused(_("This person can't sign in any more."), field="user_id")
    steps = my_steps(request, by)
    if not steps and by.may(*MANAGE):
        steps = _waiting(request, by)
    if not steps:
        raise NotPermitted(_("This does not wait for you."))
    if user.id == request.requester_id:
        raise Refused(_("Nobody decides what they asked for themselves."), field="user_id")
    if any(one.user_id == user.id for one in _waiting(request, by)):
        raise Refused(_("%(name)s is asked already.", name=user.name), field="user_id")
    for one in steps:
        _answer(one, Answer.PASSED_ON, by)
    note(by, request, "handed_on", _said(text), other_id=user.id)
    add_steps(request, [user.id], by)
    return request


def moved_since(request: ApprovalRequest, by: Actor) -> dict[str, list[Any]]:
    """[then, now] of every field of the record that was changed since it was asked."""
    if request.record_id is None:
        return {}
    rows = by.session.scalars(
        select(Event.changes)
        .where(
            Event.record_type == request.record_type,
            Event.record_id == request.record_id,
            Event.at > request.created_at,
        )
        .order_by(Event.at, Event.id)
    )
    known = tailored(request.record_type, by).by_key
    found: dict[str, list[Any]] = {}
    for changes in rows:
        for key, pair in changes.items():
            if key in known:
                found[key] = [found[key][0] if key in found else pair[0], pair[1]]
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def version_now(request: ApprovalRequest, by: Actor) -> int | None:
    """The version of the record as it stands; None of one that would be new or is gone."""
    model = tailored(request.record_type, by).model
    if request.record_id is None:
        return None
    return by.session.scalar(
        select(model.version).where(model.id == request.record_id, model.deleted_at.is_(None))
    )


def _held(request_id: UUID, by: Actor) -> ApprovalRequest:
    """A request that still waits, whose row is held; a token needs the scope for it.

    Refused while the workspace is read-only: to decide is to change something.
    """
    _demand_scope(by)
    require_writable(by)
    request = find_request(request_id, by, lock=True)
    if not request.is_open:
        raise Conflict(DONE[request.state])
    return request


def _demand_scope(by: Actor) -> None:
    """NotPermitted for a program whose token was not made to decide anything."""
    if not by.rights.within_scopes(*MANAGE):
        raise NotPermitted(_("This token lacks the scope approval:manage."))


def _answerable(request: ApprovalRequest, by: Actor) -> list[ApprovalStep]:
    steps = my_steps(request, by)
    if steps:
        return steps
    answered = by.session.scalar(
        select(ApprovalStep.id)
        .where(
            ApprovalStep.request_id == request.id,
            ApprovalStep.user_id.in_(deciders(by)),
            ApprovalStep.state == Answer.APPROVED,
        )
        .limit(1)
    )
    if answered is not None:
        raise Conflict(_("You approved this already; it waits for others now."))
    raise NotPermitted(_("This does not wait for you."))


def _demand_seen(request: ApprovalRequest, version: int | None, by: Actor) -> None:
    """Moved where the record is another than was asked about, and was not seen as it stands."""
    now = version_now(request, by)
    seen = version if version is not None else request.seen_version
    if request.record_id is not None and now is not None and now != seen:
        raise Moved(_("The record was changed since this was asked. Look at it as it stands now."))


def _answer(step: ApprovalStep, answer: Answer, by: Actor) -> None:
    step.state, step.by_id, step.at = answer, by.user_id, by.now
    concern(by, [step.user_id])


def _waiting(request: ApprovalRequest, by: Actor) -> list[ApprovalStep]:
    rows = select(ApprovalStep).where(
        ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.WAITING
    )
    return list(by.session.scalars(rows.order_by(ApprovalStep.id)))


def _is_level_done(request: ApprovalRequest, by: Actor) -> bool:
    """True where the level has all the answers that it takes; the others are spared then."""
    waiting = _waiting(request, by)
    if waiting and request.levels[request.level].get("all"):
        return False
    for one in waiting:
        _answer(one, Answer.SPARED, by)
    by.session.flush()  # What follows reads it in the database.
    return True


def _go_on(request: ApprovalRequest, by: Actor) -> bool:
    """Ask the next level, or do what was asked; True where it was done."""
    if request.level + 1 < len(request.levels):
        request.level += 1
        ask_level(request, by)
        return False
    return _do(request, by)


def _do(request: ApprovalRequest, by: Actor) -> bool:
    """Do what was approved as the change of whoever asked; True where it was done.

    It is judged again as it would stand now: where another rule holds it back by this time, those
    are asked too.
    """
    asker = _asker(request, by)
    approval = Approval(frozenset(request.passes), _approvers(request, by), request.id)
    acting = replace(asker, approval=approval, batch_id=request.batch_id)
    record_type = tailored(request.record_type, acting)
    try:
        with by.session.begin_nested():
            record = None
            if request.record_id is not None:
                record = fetch(record_type, request.record_id, acting, request.verb)
            done = perform(record_type, request.verb, record, by=acting, **request.inputs)
            title, record_id = record_type.title_of(done), done.id
    except Held as held:
        _ask_more(request, held, by)
        return False
    except (Missing, NotPermitted) as refusal:
        raise Refused(
            _(
                "%(who)s may not do this any more: %(why)s",
                who=requester_name(request, by),
                why=sentence(refusal),
            )
        ) from None
    except Refusal as refusal:
        raise Refused(_("This can't be done now: %(why)s", why=sentence(refusal))) from None
    except (IntegrityError, StaleDataError):
        raise Conflict(_("Somebody changed this at the same moment.")) from None
    request.record_id, request.title = record_id, title[:300] or request.title
    _end(request, State.APPROVED, by)
    note(by, request, "approved")
    told = _("%(who)s approved: %(name)s", who=by.name, name=request.title)
    _tell_requester(request, told, by)
    return True


def _asker(request: ApprovalRequest, by: Actor) -> Actor:
    """Whoever asked, as they may act at this moment."""
    if request.requester_id is None:
        return service_actor(by.session, by.tenant, by.now, via=request.via)
    user = by.session.get(User, request.requester_id)
    if user is None or not user.is_active:
        raise Refused(_("Whoever asked for this can't sign in any more, so it can't be done."))
    scopes = frozenset(request.scopes) if request.scopes is not None else None
    return actor_for(by.session, by.tenant, user, by.now, request.via, scopes=scopes)


def _approvers(request: ApprovalRequest, by: Actor) -> tuple[str, ...]:
    """Who said yes, in the order in which they did."""
    ids: Sequence[UUID | None] = by.session.scalars(
        select(ApprovalStep.by_id)
        .where(ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.APPROVED)
        .order_by(ApprovalStep.at, ApprovalStep.id)
    ).all()
    called = names(by.session, ids)
    return tuple(dict.fromkeys(called[one] for one in ids if one in called))


def _ask_more(request: ApprovalRequest, held: Held, by: Actor) -> None:
    """Ask those too whom another rule names by now."""
    why: Any = held.wish.verdict.why  # type: ignore[attr-defined]  # As the gate made it.
    request.passes = [*request.passes, *why.passes]
    request.reasons = [*request.reasons, *(dict(one) for one in why.reasons)]
    more = [{**one.stored(), "four_eyes": why.four_eyes} for one in why.levels]
    request.levels = [*request.levels, *more]
    request.level += 1
    ask_level(request, by)


def _end(request: ApprovalRequest, state: State, by: Actor) -> None:
    request.state, request.finished_at, request.due_at = state, by.now, None
    for one in _waiting(request, by):
        _answer(one, Answer.SPARED, by)
    by.session.flush()  # What follows reads it in the database.


def _tell_requester(request: ApprovalRequest, told: Text, by: Actor) -> None:
    if request.requester_id is not None:
        tell_people(by, request, [request.requester_id], told, None)


def _said(text: str) -> str:
    said = text.strip()
    if len(said) > LONGEST:
        raise Refused(_("At most %(limit)s characters.", limit=LONGEST), field="text")
    return said


def end_of_records(record_type: str, ids: Collection[UUID], by: Actor) -> None:
    """End the requests about records that were deleted, and tell who asked and was asked."""
    rows = by.session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.record_type == record_type,
            or_(ApprovalRequest.record_id.in_(ids)),
            ApprovalRequest.state == State.WAITING,
        )
    ).all()
    for request in rows:
        asked = [one.user_id for one in _waiting(request, by)]
        _end(request, State.GONE, by)
        note(by, request, "gone", is_service=True)
        told = _("No approval is needed any more, as it was deleted: %(name)s", name=request.title)
        people = [*asked, *([request.requester_id] if request.requester_id else [])]
        tell_people(by, request, people, told, None)
