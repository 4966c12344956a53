"""Which version of its record a request is about, and how it stands now."""

from __future__ import annotations

from sqlalchemy import select

from app.automation.approvals.models import ApprovalRequest
from app.kernel.actor import Actor
from app.records.tailored import tailored


def version_now(request: ApprovalRequest, by: Actor) -> int | None:
    """The version of the record as it stands; None of one that would be new or is gone."""
    model = tailored(request.record_type, by).model
    if request.record_id is None:
        return None
    return by.session.scalar(
        select(model.version).where(model.id == request.record_id, model.deleted_at.is_(None))
    )
