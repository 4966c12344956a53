"""What happens to requests by itself: reminders, approvers who left, records that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.automation.approvals.approvers import managing, people_of
from app.automation.approvals.ask import add_steps
from app.automation.approvals.decide import end_of_records
from app.automation.approvals.facts import STAMP, level_of
from app.automation.approvals.models import (
    Answer,
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    State,
)
from app.automation.approvals.telling import note, tell_people
from app.automation.approvals.waiting import concern, count_at_end, count_now
from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.kernel import clock, stamps
from app.kernel.actor import Actor, service_actor
from app.kernel.language import _
from app.records.registry import registry

LEFT = "pass_on_approvals"
HEARD = "approvals:deleted"  # Its place in a session.
OF_PEOPLE = ("disabled", "role_changed")


def hear(session: Session, row: Mapping[str, Any]) -> None:
    """Take note of an event that ends requests, or takes an approver away."""
    is_person = row["record_type"] == "user" and row["verb"] in OF_PEOPLE
    if not is_person and row["verb"] != "deleted":
        return
    if stamps.stamp(session, STAMP) is None:
        return
    if is_person:
        by = service_actor(session, session.info["tenant"], clock.now(), via="job")
        enqueue(by, LEFT, {"user_id": str(row["record_id"])})
    elif registry().get(row["record_type"]) is not None:
        heard: dict[str, set[UUID]] = session.info.setdefault(HEARD, {})
        heard.setdefault(row["record_type"], set()).add(row["record_id"])
        if not event.contains(session, "before_commit", _end):
            event.listen(session, "before_commit", _end)
            count_at_end(session)  # At the end itself it would be too late to listen.


def _end(session: Session) -> None:
    """End the requests about what this transaction deleted."""
    if session.in_nested_transaction():
        return
    heard: dict[str, set[UUID]] | None = session.info.pop(HEARD, None)
    if not heard:
        return
    by = service_actor(session, session.info["tenant"], clock.now(), via="job")
    for record_type, ids in heard.items():
        model = registry().type(record_type).model
        gone = select(model.id).where(model.id.in_(ids), model.deleted_at.is_not(None))
        end_of_records(record_type, set(session.scalars(gone)), by)
    count_now(session)


def pass_on(user_id: UUID, by: Actor) -> None:
    """Ask others where somebody was asked who may not decide any more.

    Those who are asked on the level as it is found now; where nobody is left, who manages
    approvals.
    """
    user = by.session.get(User, user_id)
    rows = by.session.execute(
        select(ApprovalRequest, ApprovalStep)
        .join(ApprovalStep, ApprovalStep.request_id == ApprovalRequest.id)
        .where(
            ApprovalStep.user_id == user_id,
            ApprovalStep.state == Answer.WAITING,
            ApprovalRequest.state == State.WAITING,
        )
        .order_by(ApprovalRequest.id)
        .with_for_update(of=ApprovalRequest)
    ).all()
    for request, step in rows:
        level = level_of(request.levels[request.level])
        has_lost = level.who == "role" and user is not None and user.role_id != level.role_id
        if user is not None and user.is_active and not has_lost:
            continue
        step.state, step.at = Answer.LEFT, by.now
        by.session.flush()  # What follows reads it in the database.
        concern(by, [user_id])
        note(by, request, "left", other_id=user_id, is_service=True)
        _ask_others(request, user_id, by)


def _ask_others(request: ApprovalRequest, user_id: UUID, by: Actor) -> None:
    waiting = by.session.scalars(
        select(ApprovalStep.user_id).where(
            ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.WAITING
        )
    ).all()
    if waiting:
        return
    raw = request.levels[request.level]
    but = request.requester_id if raw.get("four_eyes") else None
    found, _named = people_of(
        by.session, level_of(raw), request.requester_id, request.owner_id, but=but
    )
    people = [one for one in found if one != user_id] or [
        one for one in managing(by.session) if one not in (user_id, but)
    ]
    people = people or found  # Who lost the role may still be the one who manages approvals.
    add_steps(request, people, by)


def remind(request_id: UUID, level: int, by: Actor, *, is_late: bool) -> None:
    """Remind those who are asked, or tell them and who asked that it is late; once each."""
    request = by.session.scalars(
        select(ApprovalRequest).where(ApprovalRequest.id == request_id).with_for_update()
    ).one_or_none()
    if request is None or not request.is_open or request.level != level:
        return
    steps = by.session.scalars(
        select(ApprovalStep.user_id).where(
            ApprovalStep.request_id == request.id, ApprovalStep.state == Answer.WAITING
        )
    ).all()
    kind = "late" if is_late else "reminded"
    once = (
        ApprovalNote.request_id == request.id,
        ApprovalNote.kind == kind,
        ApprovalNote.text == str(level),
    )
    if by.session.execute(select(ApprovalNote.id).where(*once)).first() is not None:
        return  # The job was run again.
    note(by, request, kind, str(level), is_service=True)
    if is_late:
        told = _("Your approval is late: %(name)s", name=request.title)
        late = _("The approval that you asked for is late: %(name)s", name=request.title)
        if request.requester_id is not None:
            tell_people(by, request, [request.requester_id], late, None)
    else:
        told = _("Your approval is due soon: %(name)s", name=request.title)
    tell_people(by, request, steps, told, None)
