"""What an operator does to a tenancy: each with a reason, and each an event of its history.

Dangerous ones ask for the slug as well, typed once more. None of them opens the workspace's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue_service
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.operator.sessions import SignedInOperator
from app.operator.tenancies import find_tenancy, may_go_on
from tenants.billing.apply import settle
from tenants.billing.models import Subscription
from tenants.billing.modules import put_by_hand
from tenants.billing.standing import ALIVE, OWING
from tenants.control import OperatorEvent, Tenant
from tenants.database import db
from tenants.errors import TenancyError
from tenants.facts import State
from tenants.lifecycle import resume as resume_tenancy
from tenants.lifecycle import suspend as suspend_tenancy
from tenants.plans import Limit, plans
from tenants.resolve import forget

REASON = 500  # Characters.
LONGEST_TRIAL = 90  # Days that one press may add.
LARGEST = 10**15
ERASE = "erase_by_operator"


def suspend(slug: str, reason: str, by: SignedInOperator, now: datetime, typed: str) -> None:
    """Leave the workspace's people sign-in, billing and export."""
    _meant(slug, typed)
    _change(suspend_tenancy, slug, reason_of(reason), by, now)


def resume(slug: str, reason: str, by: SignedInOperator, now: datetime) -> None:
    """Give the workspace back the state that it had."""
    _change(resume_tenancy, slug, reason_of(reason), by, now)


def extend_trial(
    session: Session, slug: str, reason: str, days: str, by: SignedInOperator, now: datetime
) -> None:
    """Let a trial go on for some days more, from its end or from today where that is over.

    A workspace that is read-only or suspended because its trial is over is open again; Refused for
    one that an operator has suspended.
    """
    why, tenant = reason_of(reason), _held(session, slug)
    number = _number(days, LONGEST_TRIAL)
    if number is None:
        raise Refused(_("Give a number of days from 1 to 90."), field="days")
    row = _rented(session, tenant)
    if not may_go_on(tenant, row):
        raise Refused(_("This workspace is in no trial."), field="days")
    before = tenant.trial_ends_at
    tenant.trial_ends_at = max(before or now, now) + timedelta(days=number)
    tenant.changed_at = now
    if tenant.state != State.TRIAL:
        settle(session, tenant, row, now)
        if tenant.state != State.TRIAL:
            raise Refused(_("It was suspended by an operator; resume it first."), field="days")
    told = {
        "before": before.isoformat() if before else "",
        "after": tenant.trial_ends_at.isoformat(),
    }
    session.add(event(tenant.id, "trial_extended", by, now, reason=why, **told))


def change_plan(
    session: Session,
    slug: str,
    reason: str,
    plan: str,
    limits: Mapping[str, str],
    by: SignedInOperator,
    now: datetime,
) -> None:
    """Put a workspace on another plan, and bound it in its own way where a limit is given.

    Refused for another plan than the one that a firm pays for: it goes by its subscription.
    Modules that the firm had switched off under any plan stay so; what a plan took comes back.
    """
    why, tenant = reason_of(reason), _held(session, slug)
    if plan not in {one.key for one in plans()}:
        raise Refused(_("There is no such plan."), field="plan")
    own: dict[str, int] = {}
    for limit in Limit:
        raw = limits.get(limit.value, "").replace(",", "").replace(" ", "").strip()
        if not raw:
            continue
        number = _number(raw, LARGEST)
        if number is None:
            raise Refused(
                _("Give a whole number above zero, or leave it empty."), field=limit.value
            )
        own[limit.value] = number
    before = {"plan": tenant.plan, "limits": tenant.limits}
    if plan != tenant.plan:
        row = _rented(session, tenant)
        if row is not None and row.status in (*ALIVE, *OWING):
            raise Refused(
                _("It pays for its plan, which changes with its subscription alone."), field="plan"
            )
        put_by_hand(session, tenant, plan, now)
    tenant.plan, tenant.limits, tenant.changed_at = plan, own, now
    after = {"plan": plan, "limits": own}
    session.add(event(tenant.id, "plan_changed", by, now, reason=why, before=before, after=after))


def erase(
    session: Session, slug: str, reason: str, typed: str, by: SignedInOperator, now: datetime
) -> None:
    """Have a worker with the owner's login erase the workspace; its slug has to be typed."""
    why = reason_of(reason)
    _meant(slug, typed)
    tenant = _held(session, slug)
    payload = {"tenant_id": str(tenant.id), "operator_id": str(by.id), "reason": why}
    enqueue_service(session, ERASE, payload, key=f"{ERASE}:{tenant.id}")
    session.add(event(tenant.id, "erasure_ordered", by, now, reason=why))


def event(
    tenant_id: UUID | None, verb: str, by: SignedInOperator, now: datetime, **details: object
) -> OperatorEvent:
    """One line of a tenancy's history."""
    return OperatorEvent(
        id=new_id(), at=now, operator_id=by.id, tenant_id=tenant_id, verb=verb, details=details
    )


def reason_of(reason: str) -> str:
    """The reason as it is kept; Refused for none and for too long a one."""
    text = " ".join(reason.split())
    if not text:
        raise Refused(_("Say why: it is kept in the history."), field="reason")
    if len(text) > REASON:
        raise Refused(_("At most 500 characters."), field="reason")
    return text


def _meant(slug: str, typed: str) -> None:
    if typed.strip().lower() != slug:
        raise Refused(_("Type the address of the workspace, as it stands above."), field="slug")


def _held(session: Session, slug: str) -> Tenant:
    found = find_tenancy(session, slug, lock=True)
    if found is None:
        raise Missing(_("There is no such workspace."))
    return found


def _rented(session: Session, tenant: Tenant) -> Subscription | None:
    """What the workspace rents, held after its own row, as billing does."""
    return session.get(Subscription, tenant.id, with_for_update=True)


def _number(text: str, most: int) -> int | None:
    """The whole number from 1 to `most` that is spelt, or None; a long one is not even read."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if 1 <= number <= most else None


def _change(work: object, slug: str, reason: str, by: SignedInOperator, now: datetime) -> None:
    """Do what `tenants.lifecycle` does; what stands against it becomes an answer."""
    with Session(db.engine) as session:
        if find_tenancy(session, slug) is None:
            raise Missing(_("There is no such workspace."))
    try:
        work(db.engine, slug, now=now, operator_id=by.id, reason=reason)  # type: ignore[operator]
    except TenancyError as error:
        raise Refused(_("Its state does not allow this; look at the page again.")) from error
    forget()  # The web process that did it acts on it at once, the others within seconds.
