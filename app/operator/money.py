"""What the service earns and what it may yet: from what firms subscribed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from app.operator.tenancies import GRACE
from tenants.billing.models import Subscription
from tenants.billing.unpaid import START
from tenants.control import Tenant
from tenants.facts import State

EARNING = ("active", "past_due")  # Of a subscription: those that are billed.
SOON = timedelta(days=7)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Money:
    """Recurring revenue of a month by currency, and how many workspaces stand where."""

    monthly: dict[str, Decimal]
    states: dict[str, int]
    ending: int  # Trials that end within a week.


def money(session: Session, now: datetime) -> Money:
    """The figures on top of the console."""
    rows = session.execute(
        select(
            Subscription.currency,
            Subscription.interval,
            func.sum(Subscription.price * Subscription.seats),
        )
        .where(Subscription.status.in_(EARNING), Subscription.waits.is_distinct_from(START))
        .group_by(Subscription.currency, Subscription.interval)
    )
    monthly: dict[str, Decimal] = {}
    for currency, interval, total in rows:
        share = total / MONTHS if interval == "year" else total
        monthly[currency] = monthly.get(currency, Decimal(0)) + share
    owes = and_(Tenant.state == State.ACTIVE.value, Tenant.pay_by.is_not(None))
    stands = case((owes, GRACE), else_=Tenant.state).label("stands")
    counted = session.execute(
        select(stands, func.count().label("number"))
        .where(Tenant.state != State.ERASED.value)
        .group_by(stands)
    )
    ending = select(func.count()).select_from(Tenant)
    ending = ending.where(
        Tenant.state == State.TRIAL.value, Tenant.trial_ends_at.between(now, now + SOON)
    )
    return Money(
        {currency: monthly[currency].quantize(Decimal("0.01")) for currency in sorted(monthly)},
        {row.stands: row.number for row in counted},
        session.scalar(ending) or 0,
    )
