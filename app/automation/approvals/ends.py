"""Requests that end by themselves: with their record, with the undoing of their batch, in time."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select

from app.automation.approvals.decide import end
from app.automation.approvals.find import waiting_steps
from app.automation.approvals.models import ApprovalRequest, State
from app.automation.approvals.order import hold_in_order
from app.automation.approvals.telling import note, tell_people
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.registry import registry
from app.records.retention import retention

CHUNK = 1000  # Requests that are forgotten by one statement.
FRESH = {"populate_existing": True}  # Somebody may have decided meanwhile.


def end_of_records(record_type: str, ids: Collection[UUID], by: Actor) -> None:
    """End the requests about records that were deleted, and tell who asked and was asked."""
    about = (ApprovalRequest.record_type == record_type, ApprovalRequest.record_id.in_(ids))
    for request in _held(*about, by=by):
        asked = [one.user_id for one in waiting_steps(request, by)]
        end(request, State.GONE, by)
        note(by, request, "gone", is_service=True)
        told = _("No approval is needed any more, as it was deleted: %(name)s", name=request.title)
        people = [*asked, *([request.requester_id] if request.requester_id else [])]
        tell_people(by, request, people, told, None)


def withdraw(batch_id: UUID, by: Actor) -> int:
    """Take back what still waits of a batch that is undone; answers with how many there were."""
    waiting = (ApprovalRequest.batch_id == batch_id, ApprovalRequest.state == State.WAITING)
    hold_in_order(by.session.scalars(select(ApprovalRequest.id).where(*waiting)).all(), by)
    found = _held(*waiting, by=by)
    for request in found:
        asked = [one.user_id for one in waiting_steps(request, by)]
        end(request, State.RECALLED, by)
        note(by, request, "recalled", str(_("The change of many records was undone.")))
        one = _("%(who)s took back: %(name)s", who=by.name, name=request.title)
        many = _("%(who)s took back several changes that waited for approval", who=by.name)
        tell_people(by, request, asked, one, many)
    return len(found)


def still_waits(batch_id: UUID, by: Actor) -> int:
    """How many requests of a batch wait."""
    rows = select(func.count()).where(
        ApprovalRequest.batch_id == batch_id, ApprovalRequest.state == State.WAITING
    )
    return by.session.scalar(rows) or 0


def forget_finished(by: Actor, limit: int = CHUNK) -> int:
    """Remove requests that came to their end and whose record never was, or is gone for good.

    They are kept as long as a deleted record is, as nothing of theirs can be looked up any more;
    those about records that stand are kept with these. Answers with how many went.
    """
    lost: list[ColumnElement[bool]] = [ApprovalRequest.record_id.is_(None)]
    for one in registry():
        there = exists().where(one.model.id == ApprovalRequest.record_id)
        lost.append((ApprovalRequest.record_type == one.key) & ~there)
    old = (
        ApprovalRequest.state != State.WAITING,
        ApprovalRequest.finished_at < retention(by).deleted_before(by.now),
        or_(*lost),
    )
    ids = by.session.scalars(select(ApprovalRequest.id).where(*old).limit(limit)).all()
    if ids:
        by.session.execute(delete(ApprovalRequest).where(ApprovalRequest.id.in_(ids)))
    return len(ids)


def _held(*about: ColumnElement[bool], by: Actor) -> list[ApprovalRequest]:
    """Requests that wait, held in the order of their ids."""
    rows = select(ApprovalRequest).where(*about, ApprovalRequest.state == State.WAITING)
    held = rows.order_by(ApprovalRequest.id).with_for_update()
    return list(by.session.scalars(held, execution_options=FRESH))
