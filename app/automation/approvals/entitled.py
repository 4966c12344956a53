"""Who may answer a request still: those whom it asks must not have left or lost the right since.

Whoever lost it is followed by others of the level, else by who manages approvals, and the trail
says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import active_among, managing, named, people_of
from app.automation.approvals.ask import ask_people
from app.automation.approvals.barred import barred
from app.automation.approvals.facts import level_of
from app.automation.approvals.models import (
    Answer,
    ApprovalRequest,
    ApprovalStep,
    Came,
    State,
)
from app.automation.approvals.telling import note
from app.automation.approvals.waiting import concern
from app.kernel.actor import Actor

CHUNK = 100  # Requests of one transaction.


def those_who_lost(
    request: ApprovalRequest, steps: Sequence[ApprovalStep], by: Actor
) -> list[ApprovalStep]:
    """Of some steps on the present level, those of people who may not answer any more."""
    if not steps:
        return []
    level = level_of(request.levels[request.level])
    may = {
        Came.NAMED: lambda: named(by.session, level, request.requester_id, request.owner_id),
        Came.MANAGING: lambda: managing(by.session),
        Came.HANDED_ON: lambda: active_among(by.session, [one.user_id for one in steps]),
    }
    held = {came: set(may[Came(came)]()) for came in {one.came for one in steps}}
    return [one for one in steps if one.user_id not in held[one.came]]


def pass_on(by: Actor, after: UUID | None = None) -> UUID | None:
    """Ask others where somebody was asked who may not decide any more, of the next requests.

    What waits for nobody, as there was nobody, is asked anew too. Answers with the request behind
    which to go on, or None at the end. Who lost the right is refused meanwhile (`my_steps`).
    """
    rows = select(ApprovalRequest).where(ApprovalRequest.state == State.WAITING)
    if after is not None:
        rows = rows.where(ApprovalRequest.id > after)
    held = rows.order_by(ApprovalRequest.id).limit(CHUNK).with_for_update()
    found = by.session.scalars(held, execution_options={"populate_existing": True}).all()
    for request in found:
        follow(request, by)
    return found[-1].id if len(found) == CHUNK else None


def follow(request: ApprovalRequest, by: Actor) -> None:
    """Let others follow those whom a request asks and who may not answer it any more."""
    steps = by.session.scalars(
        select(ApprovalStep)
        .where(ApprovalStep.request_id == request.id, ApprovalStep.level == request.level)
        .order_by(ApprovalStep.id)
    ).all()
    waiting = [one for one in steps if one.state == Answer.WAITING]
    lost = those_who_lost(request, waiting, by)
    for one in lost:
        one.state, one.at = Answer.LEFT, by.now
        note(by, request, "left", other_id=one.user_id, is_service=True)
    by.session.flush()  # What follows reads it in the database.
    concern(by, [one.user_id for one in lost])
    if len(lost) == len(waiting):
        _ask_others(request, steps, by)


def _ask_others(request: ApprovalRequest, steps: Sequence[ApprovalStep], by: Actor) -> None:
    but, level = barred(request, by), level_of(request.levels[request.level])
    found, is_named = people_of(by.session, level, request.requester_id, request.owner_id, but=but)
    agreed = {one.user_id for one in steps if one.state == Answer.APPROVED}
    if not agreed.isdisjoint(found):  # They said yes already, and nobody is asked twice.
        found, is_named = [one for one in managing(by.session) if one not in (*agreed, *but)], False
    ask_people(request, found, by, is_named=is_named)
