"""Who may not decide the level at which a request stands, though it may be asked of them.

With four eyes that is who asked. A level of the manager above is for somebody else than those who
agreed before, in whose place that may have been.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import ABOVE
from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep
from app.kernel.actor import Actor


def barred(request: ApprovalRequest, by: Actor) -> set[UUID]:
    """Those who may not decide a request on its present level, not in somebody's place either."""
    found = agreed_before(request, by)
    if request.requester_id is not None and request.levels[request.level].get("four_eyes"):
        found.add(request.requester_id)
    return found


def agreed_before(request: ApprovalRequest, by: Actor) -> set[UUID]:
    """Who agreed on an earlier level, where the present one is for the manager above; else nobody.

    Both whoever was asked, and who said it in their place.
    """
    if request.levels[request.level].get("who") not in ABOVE:
        return set()
    rows = by.session.execute(
        select(ApprovalStep.user_id, ApprovalStep.by_id).where(
            ApprovalStep.request_id == request.id,
            ApprovalStep.level < request.level,
            ApprovalStep.state == Answer.APPROVED,
        )
    ).all()
    return {one for row in rows for one in row if one is not None}
