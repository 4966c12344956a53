"""Who can answer a request now, and why somebody for whom it waits can not."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.automation.approvals.find import deciding, is_barred
from app.automation.approvals.models import ApprovalRequest, ApprovalStep
from app.kernel.actor import Actor
from app.kernel.language import gettext


def may_decide(
    request: ApprovalRequest, waiting: Sequence[ApprovalStep], mine: set[UUID], by: Actor
) -> bool:
    """True for somebody for whom one of the steps `waiting` waits, and whom nothing bars."""
    own = deciding(request, by, mine)
    return any(step.user_id in own for step in waiting) and not is_barred(request, by)


def stood_in_for_here(
    request: ApprovalRequest, waiting: Sequence[ApprovalStep], mine: set[UUID], by: Actor
) -> list[UUID]:
    """In whose place somebody decides, in the order in which these are asked; for themselves: [].

    Nobody who may not decide it stands in for anybody.
    """
    asked = [step.user_id for step in waiting]
    if by.person_id in asked or not may_decide(request, waiting, mine, by):
        return []
    return [one for one in asked if one in mine]


def why_barred(
    request: ApprovalRequest, waiting: Sequence[ApprovalStep], mine: set[UUID], by: Actor
) -> str:
    """Why somebody can't decide what waits for them too, or why nobody can."""
    if not request.is_open:
        return ""
    if not waiting:
        return gettext("Nobody is left who could approve it. Ask an owner of the workspace.")
    asked = {step.user_id for step in waiting} & mine
    if not asked or may_decide(request, waiting, mine, by):
        return ""
    is_own = request.requester_id == by.person_id
    if is_own and request.levels[request.level].get("four_eyes"):
        return gettext("Four eyes: you asked for this, so somebody else decides.")
    if is_own and not asked & deciding(request, by, mine):
        return gettext("You asked for this, so you don’t decide it in somebody else’s place.")
    return gettext("You agreed on an earlier level, so somebody else decides on this one.")
