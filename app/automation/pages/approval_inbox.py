"""The tabs of approvals: what waits for somebody, what they asked for, what was decided."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import exists, select

from app.automation.approvals.find import deciders
from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep, State
from app.kernel.actor import Actor
from app.kernel.language import Text, _

PAGE = 50
TABS: Mapping[str, Text] = {
    "waiting": _("Waits for me"),
    "mine": _("I asked for"),
    "done": _("Decided"),
}


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
