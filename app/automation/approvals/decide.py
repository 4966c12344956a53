"""Deciding about requests: approving, rejecting, recalling, handing on, saying something.

Each holds the request's row, so that of two who decide at once the second is told. What is approved
is done in the same transaction, through the door, as the change of whoever asked: a worker or a
server that dies leaves both undone or both done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import MANAGE, names
from app.automation.approvals.ask import add_steps, ask_level
from app.automation.approvals.barred import barred
from app.automation.approvals.carry_out import Moved, carry_out, demand_seen, tell_of_batches
from app.automation.approvals.find import deciders, find_request, my_steps, waiting_steps
from app.automation.approvals.models import (
    Answer,
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    Came,
    State,
)
from app.automation.approvals.order import hold_in_order
from app.automation.approvals.telling import note, tell_people
from app.automation.approvals.waiting import concern
from app.identity.models import User
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import Answer as Refusal
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.bulk.run import sentence

__all__ = ["Moved"]
LONGEST = 2000  # Characters of a comment.
DONE: dict[str, Text] = {
    State.APPROVED: _("This was approved already."),
    State.REJECTED: _("This was rejected already."),
    State.RECALLED: _("This was taken back by whoever asked."),
    State.GONE: _("What this was about is gone."),
}
BY_WHOM: dict[str, Text] = {
    State.APPROVED: _("This was approved already, by %(who)s."),
    State.REJECTED: _("This was rejected already, by %(who)s."),
    State.RECALLED: _("This was taken back already, by %(who)s."),
}
TOLD_BY = {State.APPROVED: "agreed", State.REJECTED: "rejected", State.RECALLED: "recalled"}


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a request by a decision; `is_done` where the change was done by it."""

    request: ApprovalRequest
    is_done: bool


def approve(request_id: UUID, by: Actor, *, version: int | None = None, text: str = "") -> Decided:
    """Say yes. Where that was the last yes that it takes, the change is done.

    `version` is the record's that the person saw. Moved where it was changed since it was asked and
    they have not seen how it stands; Conflict where it was decided already; Refused with the reason
    where the change can't be done, and then nothing is decided.
    """
    hold_in_order([request_id], by)
    found = _approve(request_id, by, version, text)
    tell_of_batches(by)
    return found


def approve_many(
    chosen: Sequence[tuple[UUID, int | None]], by: Actor
) -> tuple[int, list[Text | str]]:
    """Say yes to each of some requests, with the version of its record that the person saw.

    Answers with how many it was said to, and with what stood against the others, which stay.
    """
    hold_in_order([request_id for request_id, _version in chosen], by)
    done, left = 0, list[Text | str]()
    for request_id, version in chosen:
        try:
            with by.session.begin_nested():
                _approve(request_id, by, version, "")
        except Refusal as refusal:
            left.append(sentence(refusal))
        else:
            done += 1
    tell_of_batches(by)
    return done, left


def _approve(request_id: UUID, by: Actor, version: int | None, text: str) -> Decided:
    request = _held(request_id, by)
    steps = _answerable(request, by)
    seen = demand_seen(request, version, by)
    for one in steps:
        one.seen_version = seen
        _answer(one, Answer.APPROVED, by)
    stood_for = next((one.user_id for one in steps if one.user_id != by.user_id), None)
    note(by, request, "agreed", _said(text), other_id=stood_for)
    by.session.flush()  # What follows reads it in the database.
    if _is_level_done(request, steps, by):
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
    end(request, State.REJECTED, by)
    note(by, request, "rejected", _said(text))
    told = _("%(who)s rejected: %(name)s", who=by.name, name=request.title)
    _tell_requester(request, told, by)
    return request


def recall(request_id: UUID, by: Actor, *, text: str = "") -> ApprovalRequest:
    """Take a request back, by who made it or who manages approvals."""
    request = _held(request_id, by)
    if request.requester_id != by.user_id and not by.may(*MANAGE):
        raise NotPermitted(_("Only who asked for it can take it back."))
    asked = waiting_steps(request, by)
    end(request, State.RECALLED, by)
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
    people = [one.user_id for one in waiting_steps(request, by)]
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
        steps = waiting_steps(request, by)  # It may wait for nobody, as nobody was left.
    elif not steps:
        raise NotPermitted(_("This does not wait for you."))
    if user.id == request.requester_id:
        raise Refused(_("Nobody decides what they asked for themselves."), field="user_id")
    if user.id in barred(request, by):
        raise Refused(
            _("%(name)s agreed to it before, so somebody else decides now.", name=user.name),
            field="user_id",
        )
    if any(one.user_id == user.id for one in waiting_steps(request, by)):
        raise Refused(_("%(name)s is asked already.", name=user.name), field="user_id")
    for one in steps:
        _answer(one, Answer.PASSED_ON, by)
    note(by, request, "handed_on", _said(text), other_id=user.id)
    add_steps(request, [user.id], by, Came.HANDED_ON)
    return request


def _held(request_id: UUID, by: Actor) -> ApprovalRequest:
    """A request that still waits, whose row is held; a token needs the scope for it.

    Refused while the workspace is read-only: to decide is to change something.
    """
    _demand_scope(by)
    require_writable(by)
    request = find_request(request_id, by, lock=True)
    if not request.is_open:
        raise Conflict(_decided(request, by))
    return request


def _decided(request: ApprovalRequest, by: Actor) -> Text:
    """What is told who comes second: what became of it, and by whom."""
    last = by.session.scalar(
        select(ApprovalNote.user_id)
        .where(
            ApprovalNote.request_id == request.id,
            ApprovalNote.kind == TOLD_BY.get(State(request.state), ""),
        )
        .order_by(ApprovalNote.at.desc(), ApprovalNote.id.desc())
        .limit(1)
    )
    who = names(by.session, [last]).get(last) if last is not None else None
    if who is None:
        return DONE[request.state]
    return _(BY_WHOM[request.state].message, who=who)


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


def _answer(step: ApprovalStep, answer: Answer, by: Actor) -> None:
    step.state, step.by_id, step.at = answer, by.user_id, by.now
    concern(by, [step.user_id])


def _is_level_done(request: ApprovalRequest, mine: Sequence[ApprovalStep], by: Actor) -> bool:
    """True where the level has all the answers that it takes; the others are spared then.

    Who manages approvals, and is asked for want of others or as it was late, decides for all.
    """
    waiting = waiting_steps(request, by)
    is_alone = any(one.came == Came.MANAGING for one in mine)
    if waiting and request.levels[request.level].get("all") and not is_alone:
        return False
    for one in waiting:
        _answer(one, Answer.SPARED, by)
    by.session.flush()  # What follows reads it in the database.
    return True


def _go_on(request: ApprovalRequest, by: Actor) -> bool:
    """Ask the next level, or do what was asked; True where it was done."""
    while request.level + 1 < len(request.levels):
        request.level += 1
        if ask_level(request, by):
            return False
    if not carry_out(request, by):
        return False
    end(request, State.APPROVED, by)
    note(by, request, "approved")
    told = _("%(who)s approved: %(name)s", who=by.name, name=request.title)
    _tell_requester(request, told, by)
    return True


def end(request: ApprovalRequest, state: State, by: Actor) -> None:
    """Bring a request to its end; those who are asked are spared an answer."""
    request.state, request.finished_at, request.due_at = state, by.now, None
    for one in waiting_steps(request, by):
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
