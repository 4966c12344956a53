"""What waits for approval about a record, as the page of that record shows it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import ApprovalRequest, State
from app.automation.pages.approval_cards import shown
from app.kernel.actor import Actor
from app.kernel.language import gettext


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
