"""What happens to requests by itself: reminders, approvers who left, records that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.automation.approvals.approvers import managing
from app.automation.approvals.ask import add_steps
from app.automation.approvals.barred import barred
from app.automation.approvals.decide import end
from app.automation.approvals.ends import end_of_records
from app.automation.approvals.facts import STAMP, level_of
from app.automation.approvals.models import (
    Answer,
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    Came,
    Late,
    State,
)
from app.automation.approvals.telling import note, tell_people
from app.automation.approvals.waiting import count_at_end, count_now
from app.jobs.enqueue import enqueue
from app.kernel import clock, stamps
from app.kernel.actor import Actor, service_actor
from app.kernel.language import _
from app.records.registry import registry

LEFT = "pass_on_approvals"
HEARD = "approvals:deleted"  # Its place in a session.
# What may take the right to decide from people, or give it: of one, or of several.
OF_PEOPLE = {
    "user": ("created", "enabled", "disabled", "role_changed", "team_changed"),
    "role": ("rights_changed",),
    "team": ("moved", "lead_changed"),
}


def hear(session: Session, row: Mapping[str, Any]) -> None:
    """Take note of an event that ends requests, or takes an approver away."""
    is_of_people = row["verb"] in OF_PEOPLE.get(row["record_type"], ())
    if not is_of_people and row["verb"] != "deleted":
        return
    if stamps.stamp(session, STAMP) is None:
        return
    if is_of_people:
        by = service_actor(session, session.info["tenant"], clock.now(), via="job")
        enqueue(by, LEFT, {}, key=LEFT)
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


def remind(
    request_id: UUID, level: int, by: Actor, *, is_late: bool, due_at: datetime | None = None
) -> None:
    """Remind those who are asked, or tell them and who asked that it is late; once each.

    Nothing is said where it was put off since to another moment than `due_at`.
    """
    request = by.session.scalars(
        select(ApprovalRequest).where(ApprovalRequest.id == request_id).with_for_update()
    ).one_or_none()
    if request is None or not request.is_open or request.level != level:
        return
    if due_at is not None and request.due_at != due_at:
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
    if not is_late:
        told = _("Your approval is due soon: %(name)s", name=request.title)
        tell_people(by, request, steps, told, None)
        return
    told = _("Your approval is late: %(name)s", name=request.title)
    tell_people(by, request, steps, told, None)
    late = level_of(request.levels[level]).late
    if late == Late.REJECT:
        _reject(request, by)
        return
    if request.requester_id is not None:
        told = _("The approval that you asked for is late: %(name)s", name=request.title)
        tell_people(by, request, [request.requester_id], told, None)
    if late == Late.ASK:
        _ask_those_above(request, level, by)


def _reject(request: ApprovalRequest, by: Actor) -> None:
    """Reject what nobody answered in time, as the rule says."""
    end(request, State.REJECTED, by)
    note(by, request, "expired", is_service=True)
    if request.requester_id is not None:
        told = _("Nobody answered in time, so it was rejected: %(name)s", name=request.title)
        tell_people(by, request, [request.requester_id], told, None)


def _ask_those_above(request: ApprovalRequest, level: int, by: Actor) -> None:
    """Ask those who manage approvals too; each of them may decide for all who are late."""
    known = by.session.scalars(
        select(ApprovalStep.user_id).where(
            ApprovalStep.request_id == request.id, ApprovalStep.level == level
        )
    ).all()
    more = [one for one in managing(by.session) if one not in (*known, *barred(request, by))]
    if more:
        note(by, request, "above", is_service=True)
        add_steps(request, more, by, Came.MANAGING)
