"""Paying by bank transfer (对公转账): the operator marks the firm as paid until a day.

Stripe knows nothing of it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.billing.apply import Applied, settle
from tenants.billing.checkouts import OVER
from tenants.billing.errors import AlreadySubscribed, PlanGone, TransferGone
from tenants.billing.history import note
from tenants.billing.models import Subscription, SubscriptionInvoice, TransferRequest
from tenants.billing.queue import TRANSFER_BOOKED, plan_follow, plan_news
from tenants.billing.transfer_price import running
from tenants.billing.turns import turn
from tenants.billing.unpaid import fall_due
from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import State
from tenants.plans import Interval, Plan, PlanError, plan_of


@dataclass(frozen=True, slots=True)
class Transfer:
    """What arrived on our bank account, and what it pays for."""

    plan: Plan
    interval: Interval
    seats: int
    currency: str
    amount: Decimal
    until: datetime
    number: str = ""  # The bank's, by which the operator finds it again.
    due: Decimal | None = None  # What was asked for, where that is another amount.
    paid_at: datetime | None = None  # The bank's day; else now.
    credit: Decimal = Decimal(0)  # What was taken off, for the rest of what was paid before.
    starts: datetime | None = None  # What was paid before ends here; None: this comes after it.


def mark_as_paid(
    tenant_id: UUID,
    paid: Transfer,
    now: datetime,
    *,
    operator_id: UUID | None = None,
    request_id: UUID | None = None,
) -> Applied:
    """Let a firm rent until a day for what it transferred; the books get a paid bill.

    With `request_id`, that is what it asked for, and answered by this; TransferGone where it was
    answered or withdrawn before, or the firm is erased. AlreadySubscribed where Stripe collects
    for a living subscription, which would be paid twice.
    """
    with turn(tenant_id), control_session() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        row = session.get(Subscription, tenant_id, with_for_update=True)
        if tenant is None or tenant.state == State.ERASED:
            raise TransferGone
        if row is not None and row.way != "transfer" and row.stripe_id and row.status not in OVER:
            raise AlreadySubscribed
        if request_id is not None:
            _answer(session, tenant_id, request_id, now)
        if row is None:
            row = Subscription(tenant_id=tenant_id, currency=paid.currency, created_at=now)
            session.add(row)
        start = _begin(session, row, paid, now)
        row.way, row.status, row.plan, row.waits = "transfer", "active", paid.plan.key, None
        row.interval, row.seats, row.currency = paid.interval, paid.seats, paid.currency
        row.price = paid.plan.price(paid.currency, paid.interval)
        row.period_start, row.period_end = start, paid.until
        row.cancels_at_period_end, row.ended_at, row.unpaid_since = False, None, None
        row.changed_at = now
        session.add(
            SubscriptionInvoice(
                id=uuid7(),
                tenant_id=tenant_id,
                number=paid.number,
                way="transfer",
                status="paid",
                currency=paid.currency,
                due=paid.due if paid.due is not None else paid.amount,
                paid=paid.amount,
                credited=paid.credit,
                plan=paid.plan.key,
                seats=paid.seats,
                period_start=start,
                period_end=paid.until,
                issued_at=now,
                paid_at=paid.paid_at or now,
            )
        )
        note(
            session,
            tenant_id,
            "marked_as_paid",
            now,
            plan=paid.plan.key,
            seats=paid.seats,
            amount=str(paid.amount),
            currency=paid.currency,
            until=paid.until.isoformat(),
            operator_id=operator_id,
        )
        plan_follow(session, tenant_id, now)
        told = {"amount": str(paid.amount), "currency": paid.currency, "plan": paid.plan.key}
        told |= {"until": paid.until.isoformat(), "seats": str(paid.seats)}
        plan_news(session, tenant_id, TRANSFER_BOOKED, told, now)
        return settle(session, tenant, row, now)


def book_transfer(
    request_id: UUID,
    *,
    amount: Decimal,
    number: str,
    paid_at: datetime,
    now: datetime,
    operator_id: UUID,
) -> Applied:
    """Book the money that a firm had asked to transfer: it rents what it asked for.

    What is paid begins when what was paid before ends; what has a credit begins when it was asked
    for, as the credit is for the rest from that moment on: no day is both used and credited.
    TransferGone as in `mark_as_paid`, PlanGone where the plan is no longer one of ours.
    """
    with control_session() as session:
        asked = session.get(TransferRequest, request_id)
        row = session.get(Subscription, asked.tenant_id) if asked is not None else None
    if asked is None:
        raise TransferGone
    runs = row is not None and row.way == "transfer" and row.period_end is not None
    start = max(row.period_end, now) if row and runs and row.period_end else now
    starts = asked.asked_at if asked.credit else None
    paid = Transfer(
        _plan_asked(asked),
        "year" if asked.interval == "year" else "month",
        asked.seats,
        asked.currency,
        amount,
        period_after(starts or start, asked.interval),
        number or asked.reference,
        asked.amount,
        paid_at,
        asked.credit,
        starts,
    )
    return mark_as_paid(asked.tenant_id, paid, now, operator_id=operator_id, request_id=request_id)


def _begin(session: Session, row: Subscription, paid: Transfer, now: datetime) -> datetime:
    """When what is paid begins; what it takes the place of ends there."""
    if paid.starts is None:
        return row.period_end if row.period_end is not None and row.period_end > now else now
    for bill in running(session, row.tenant_id, paid.starts):
        bill.period_end = paid.starts
        bill.period_start = min(bill.period_start or paid.starts, paid.starts)
    return paid.starts


def period_after(start: datetime, interval: str) -> datetime:
    """The end of a month or a year from `start`; the 31st becomes the last of a shorter month."""
    months = start.month - 1 + (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def _plan_asked(asked: TransferRequest) -> Plan:
    try:
        plan = plan_of(asked.plan)
        plan.price(asked.currency, "year" if asked.interval == "year" else "month")
    except PlanError as error:
        raise PlanGone(asked.plan) from error
    return plan


def _answer(session: Session, tenant_id: UUID, request_id: UUID, now: datetime) -> None:
    mine = (TransferRequest.id == request_id, TransferRequest.tenant_id == tenant_id)
    found = session.scalars(select(TransferRequest).where(*mine).with_for_update()).one_or_none()
    if found is None or found.status != "asked":
        raise TransferGone
    found.status, found.done_at = "paid", now


def end_transfers(tenant_id: UUID, now: datetime) -> Applied | None:
    """Let what a transfer paid for fall due once its day is over, and settle a trial that ended."""
    with control_session() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        row = session.get(Subscription, tenant_id, with_for_update=True)
        if tenant is None or tenant.state == State.ERASED:
            return None
        runs = row is not None and row.way == "transfer" and row.status == "active"
        if row is not None and runs and not fall_due(row, now):
            return None
        return settle(session, tenant, row, now)
