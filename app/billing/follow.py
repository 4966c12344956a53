"""What follows in the workspace from what became of its bill: seats, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from app.billing.notices import keepers
from app.identity import outside
from app.identity.operations.notices import tell
from app.identity.usage import seats
from app.kernel.actor import Actor, service_actor
from app.kernel.language import gettext, using
from app.web.formats import formats
from tenants.billing.apply import Applied
from tenants.billing.models import Subscription
from tenants.billing.standing import GRACE, SUSPENDED_AFTER
from tenants.database import control_session
from tenants.facts import State
from tenants.resolve import forget
from tenants.scope import tenant_scope

PLAN_PAGE = "/settings/billing"
# Reminders of an unpaid bill, before and after the workspace turns read-only.
STEPS = (
    -GRACE,
    -GRACE + timedelta(days=5),
    timedelta(days=-5),
    timedelta(days=-1),
    timedelta(),
    SUSPENDED_AFTER,
)


def follow(applied: Applied, now: datetime) -> None:
    """Bring the workspace to what was read; the caller has no scope open."""
    forget()
    with tenant_scope(applied.facts) as session:
        by = service_actor(session, applied.facts, now, via="job")
        seats.follow(by, applied.seats)
        step = _step(applied, by)
        if step > applied.reminders:
            _remind(by, applied)
    if step > applied.reminders:
        _keep(applied, step)


def _step(applied: Applied, by: Actor) -> int:
    """How many reminders are due by now."""
    pay_by = applied.standing.pay_by
    if pay_by is None:
        return 0
    return sum(by.now >= pay_by + offset for offset in STEPS)


def _remind(by: Actor, applied: Applied) -> None:
    """Tell those who look after the bill what happens next, by mail and in their bell."""
    for user in keepers(by):
        language = user.language or by.tenant.language
        with using(language):
            text = _text(by, applied)
            tell(by, user.id, text, url=PLAN_PAGE, icon="credit-card")
        outside.mailer()(
            by,
            to=user.email,
            template="billing/unpaid",
            values={
                "workspace": by.tenant.name,
                "name": user.name,
                "text": text,
                "url": outside.workspace_url(by.tenant, PLAN_PAGE),
            },
            language=language,
            stop_url=None,
        )


def _text(by: Actor, applied: Applied) -> str:
    """What is to be said of where the workspace stands."""
    write, stands = formats(by), applied.standing
    if stands.state is State.SUSPENDED:
        return gettext(
            "Your workspace is suspended. Paying and taking all data along stay open to you; "
            "nothing is erased without a further notice."
        )
    if stands.state is State.PAST_DUE and stands.suspended_at is not None:
        return gettext(
            "Your workspace can only be read until it is paid. On %(day)s it is suspended.",
            day=write.day(write.local(stands.suspended_at).date(), by.today()),
        )
    return gettext(
        "The last bill could not be collected. Pay it by %(day)s: from then on your workspace can "
        "only be read.",
        day=write.day(write.local(stands.pay_by or by.now).date(), by.today()),
    )


def _keep(applied: Applied, step: int) -> None:
    mine = Subscription.tenant_id == applied.facts.id
    with control_session() as session:
        session.execute(update(Subscription).where(mine).values(reminders=step))
