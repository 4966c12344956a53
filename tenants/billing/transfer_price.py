"""What a bank transfer costs: less the rest of what is paid, where the plan changes.

Who renews what they have pays the whole price, and it counts from the end of what is paid. Who
changes plan or seats begins a new period, and gets back what is left of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.billing.errors import PaidFurther
from tenants.billing.models import Subscription, SubscriptionInvoice
from tenants.billing.operations import Choice
from tenants.database import control_session

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class TransferPrice:
    """What a choice costs by itself, what is taken off of it, and what is left to transfer."""

    whole: Decimal
    credit: Decimal

    @property
    def due(self) -> Decimal:
        """What has to arrive."""
        return self.whole - self.credit


def transfer_price(tenant_id: UUID, choice: Choice, currency: str, now: datetime) -> TransferPrice:
    """What a firm would have to transfer; PaidFurther where more is paid than the choice costs."""
    with control_session() as session:
        return price_now(session, session.get(Subscription, tenant_id), choice, currency, now)


def price_now(
    session: Session, row: Subscription | None, choice: Choice, currency: str, now: datetime
) -> TransferPrice:
    """The same in a transaction that the caller holds; `row` is the firm's."""
    whole = choice.plan.price(currency, choice.interval) * choice.seats
    if row is None or not _changes(row, choice, now):
        return TransferPrice(whole, Decimal(0))
    credit = sum((_rest(bill, now) for bill in running(session, row.tenant_id, now)), Decimal(0))
    credit = credit.quantize(CENT, ROUND_HALF_UP) if row.currency == currency else Decimal(0)
    if credit >= whole:
        raise PaidFurther
    return TransferPrice(whole, credit)


def running(session: Session, tenant_id: UUID, now: datetime) -> list[SubscriptionInvoice]:
    """The bills, paid by transfer, for time that is not over."""
    mine = (SubscriptionInvoice.tenant_id == tenant_id, SubscriptionInvoice.way == "transfer")
    open_ended = (SubscriptionInvoice.status == "paid", SubscriptionInvoice.period_end > now)
    return list(session.scalars(select(SubscriptionInvoice).where(*mine, *open_ended)))


def _changes(row: Subscription, choice: Choice, now: datetime) -> bool:
    """True where something else is chosen than what a transfer pays for at this moment."""
    runs = row.way == "transfer" and row.period_end is not None and row.period_end > now
    wanted = (choice.plan.key, choice.interval, choice.seats)
    return runs and (row.plan, row.interval, row.seats) != wanted


def _rest(bill: SubscriptionInvoice, now: datetime) -> Decimal:
    """What was paid for the part of a bill's time that is still to come."""
    if bill.period_start is None or bill.period_end is None:
        return Decimal(0)
    left, whole = bill.period_end - max(now, bill.period_start), bill.period_end - bill.period_start
    if whole <= timedelta():
        return Decimal(0)
    return (bill.paid + bill.credited - bill.returned) * _seconds(left) / _seconds(whole)


def _seconds(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds()))
