"""Deadlines rest while the workspace is read-only, as nobody can decide then, and go on after it.

What was left of the time when it began is left when it ends: of the clock, or of working hours.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.ask import plan_reminders
from app.automation.approvals.deadline import later_by
from app.automation.approvals.facts import level_of
from app.automation.approvals.models import ApprovalRequest, State
from app.kernel.actor import Actor

CHUNK = 200  # Requests of one transaction.


def go_on_after(since: datetime, until: datetime, by: Actor, after: UUID | None) -> UUID | None:
    """Move the deadlines of the next requests by a rest; behind which one to go on, or None."""
    rows = select(ApprovalRequest).where(
        ApprovalRequest.state == State.WAITING,
        ApprovalRequest.due_at > since,
        ApprovalRequest.created_at < until,
    )
    if after is not None:
        rows = rows.where(ApprovalRequest.id > after)
    held = rows.order_by(ApprovalRequest.id).limit(CHUNK).with_for_update()
    found = by.session.scalars(held, execution_options={"populate_existing": True}).all()
    for request in found:
        level = level_of(request.levels[request.level])
        assert request.due_at is not None  # noqa: S101 - they were asked for by it.
        request.due_at, early = later_by(level, request.due_at, since, until, by)
        plan_reminders(request, early, by)
    return found[-1].id if len(found) == CHUNK else None
