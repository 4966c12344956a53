"""What waits for approval in the demo: a rule, limits of what roles may agree to, two requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.facts import Level
from app.automation.approvals.models import ApprovalRule
from app.automation.approvals.rules import create_rule
from app.automation.approvals.wishes import Wish
from app.automation.authority.operations import get_subject, save_limits
from app.crm.models import Account
from app.identity.actors import actor_for
from app.identity.models import Team, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.teams import set_lead
from app.kernel.actor import Actor
from app.kernel.errors import Held
from app.records import gate
from app.records.door import perform

# How far roles may go by themselves: off list prices in percent, and days until a payment.
LIMITS: Mapping[str, Mapping[str, str]] = {
    "sales_rep": {"discount": "5", "payment_days": "30"},
    "manager": {"discount": "15", "payment_days": "60"},
}
BEYOND_REP = {"discount": "8", "payment_days": "45"}  # The manager may agree to it.
ANSWER_WITHIN = 16  # Hours in which the firm works.


@dataclass(frozen=True, slots=True)
class Told:
    """What the rule of a workspace is called, and why there is one."""

    name: str
    reason: str


TOLD = {
    "beifeng": Told("删除客户须经上级同意", "误删客户会连同联系人和跟进记录一起删除。"),
    "harbor": Told(
        "Deleting an account",
        "Its people and all that was ever said go with it, so two look first.",
    ),
}


def load_approvals(by: Actor, slug: str, owner_id: UUID, manager_id: UUID, rep_id: UUID) -> None:
    """Let the manager lead the sales team, and be asked by the rep: once for each workspace."""
    if by.session.scalar(select(ApprovalRule.id).limit(1)) is not None:
        return
    owner, rep = (_acting(by, one) for one in (owner_id, rep_id))
    manager = by.session.get_one(User, manager_id)
    if manager.team_id is not None:
        set_lead(owner, by.session.get_one(Team, manager.team_id), manager)
    level = Level("owner_manager", hours=ANSWER_WITHIN, business=True)
    told = TOLD[slug]
    wish = Wish(told.name, ["delete"], [level], reason=told.reason, locks="record")
    create_rule(owner, "account", wish)
    for key in ("discount", "payment_days"):
        texts = {
            (role_by_key(by.session, role).id, ""): limits[key] for role, limits in LIMITS.items()
        }
        save_limits(owner, get_subject(key), texts)
    mine = select(Account).where(Account.owner_id == rep_id, Account.deleted_at.is_(None))
    firms = by.session.scalars(mine.order_by(Account.last_activity_at, Account.id).limit(2)).all()
    if len(firms) == 2:
        _ask(rep, "delete", firms[0])
        _ask(rep, "update", firms[1], **BEYOND_REP)


def _acting(by: Actor, user_id: UUID) -> Actor:
    user = by.session.get_one(User, user_id)
    return actor_for(by.session, by.tenant, user, by.now, via="web")


def _ask(by: Actor, verb: str, firm: Account, **inputs: Any) -> None:
    """Do what has to be approved, and ask for it; what the role may not do is not asked for."""
    if not by.may("account", verb):
        return
    try:
        with by.session.begin_nested():
            perform("account", verb, firm, by=by, **inputs)
    except Held as held:
        gate.keep(held, by)
