"""Whose yes counts on a further level: nobody is asked twice about one change of one record.

Several rules, or a rule and the authority matrix, may name the same person on levels of their own.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import Answer, ApprovalRequest, ApprovalStep, Came
from app.automation.approvals.telling import note
from app.automation.approvals.versions import version_now
from app.kernel.actor import Actor
from app.kernel.ids import new_id


def count_agreed(
    request: ApprovalRequest, people: list[UUID], by: Actor, *, is_named: bool
) -> list[UUID]:
    """Let what somebody said on an earlier level count on the present one, which the trail says.

    Answers with those of its `people` who have said nothing yet.
    """
    agreed = _agreed_before(request, by) if request.level and people else {}
    for user_id in people:
        if user_id not in agreed:
            continue
        said_by, seen = agreed[user_id]
        by.session.add(
            ApprovalStep(
                id=new_id(),
                request_id=request.id,
                level=request.level,
                user_id=user_id,
                state=Answer.APPROVED,
                came=Came.NAMED if is_named else Came.MANAGING,
                by_id=said_by,
                at=by.now,
                seen_version=seen,
            )
        )
        note(by, request, "counted", other_id=user_id, is_service=True)
    by.session.flush()  # What follows reads it in the database.
    return [one for one in people if one not in agreed]


def _agreed_before(
    request: ApprovalRequest, by: Actor
) -> dict[UUID, tuple[UUID | None, int | None]]:
    """Who agreed on an earlier level, or in whose place that was said; by whom, to which version.

    It counts no longer where the record was changed since: they have not seen it as it stands.
    """
    rows = by.session.execute(
        select(ApprovalStep.user_id, ApprovalStep.by_id, ApprovalStep.seen_version)
        .where(
            ApprovalStep.request_id == request.id,
            ApprovalStep.level < request.level,
            ApprovalStep.state == Answer.APPROVED,
        )
        .order_by(ApprovalStep.at, ApprovalStep.id)
    ).all()
    now = version_now(request, by) if rows else None
    found: dict[UUID, tuple[UUID | None, int | None]] = {}
    for user_id, by_id, seen in rows:
        if seen == now:
            found[user_id] = (by_id, seen)
            found.update({by_id: (by_id, seen)} if by_id is not None else {})
    return found
