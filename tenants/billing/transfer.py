"""Paying by bank transfer (对公转账): the operator marks the firm as paid until a day.

Stripe knows nothing of it. And asking for the tax invoice (开票申请) of a bill that was paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from tenants.billing.apply import OVER, Applied, note, settle
from tenants.billing.errors import AlreadySubscribed, BillingError, NoSubscription
from tenants.billing.models import Subscription, SubscriptionInvoice, TaxInvoiceRequest
from tenants.control import Tenant
from tenants.database import control_session
from tenants.plans import Interval, Plan


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


def mark_as_paid(
    tenant_id: UUID, paid: Transfer, now: datetime, *, operator_id: UUID | None = None
) -> Applied:
    """Let a firm rent until a day for what it transferred; the books get a paid bill.

    AlreadySubscribed where Stripe collects for a living subscription, which would be paid twice.
    """
    with control_session() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        row = session.get(Subscription, tenant_id, with_for_update=True)
        if tenant is None:
            raise NoSubscription
        if row is not None and row.way != "transfer" and row.stripe_id and row.status not in OVER:
            raise AlreadySubscribed
        if row is None:
            row = Subscription(tenant_id=tenant_id, currency=paid.currency, created_at=now)
            session.add(row)
        start = row.period_end if row.period_end is not None and row.period_end > now else now
        row.way, row.status, row.plan = "transfer", "active", paid.plan.key
        row.interval, row.seats, row.currency = paid.interval, paid.seats, paid.currency
        row.price = paid.plan.price(paid.currency, paid.interval)
        row.period_start, row.period_end = start, paid.until
        row.cancels_at_period_end, row.ended_at, row.unpaid_since = False, None, None
        row.reminders, row.changed_at = 0, now
        session.add(
            SubscriptionInvoice(
                id=uuid7(),
                tenant_id=tenant_id,
                number=paid.number,
                way="transfer",
                status="paid",
                currency=paid.currency,
                due=paid.amount,
                paid=paid.amount,
                plan=paid.plan.key,
                seats=paid.seats,
                period_start=start,
                period_end=paid.until,
                issued_at=now,
                paid_at=now,
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
            operator_id=str(operator_id) if operator_id else None,
        )
        return settle(session, tenant, row, now)


def end_transfers(tenant_id: UUID, now: datetime) -> Applied | None:
    """Let what a transfer paid for fall due once its day is over, and settle a trial that ended."""
    with control_session() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        row = session.get(Subscription, tenant_id, with_for_update=True)
        if tenant is None:
            return None
        if row is not None and row.way == "transfer" and row.status == "active":
            if row.period_end is None or row.period_end > now:
                return None
            row.status, row.unpaid_since, row.changed_at = "past_due", row.period_end, now
        return settle(session, tenant, row, now)


def bills_of(tenant_id: UUID, limit: int = 24) -> list[SubscriptionInvoice]:
    """The firm's bills, the newest first."""
    with control_session() as session:
        query = (
            select(SubscriptionInvoice)
            .where(SubscriptionInvoice.tenant_id == tenant_id)
            .order_by(SubscriptionInvoice.issued_at.desc(), SubscriptionInvoice.id.desc())
        )
        return list(session.scalars(query.limit(limit)))


def requests_of(tenant_id: UUID) -> dict[UUID, TaxInvoiceRequest]:
    """The firm's requests for tax invoices, by the bill that each is about."""
    with control_session() as session:
        query = select(TaxInvoiceRequest).where(TaxInvoiceRequest.tenant_id == tenant_id)
        rows = session.scalars(query.order_by(TaxInvoiceRequest.asked_at))
        return {row.invoice_id: row for row in rows}


def ask_tax_invoice(
    tenant_id: UUID,
    invoice_id: UUID,
    *,
    title: str,
    tax_number: str,
    email: str,
    note_text: str,
    asked_by: str,
    now: datetime,
) -> None:
    """Ask for the tax invoice of a paid bill; BillingError where it is not paid or was asked."""
    made = TaxInvoiceRequest(
        id=uuid7(),
        tenant_id=tenant_id,
        invoice_id=invoice_id,
        title=title,
        tax_number=tax_number,
        email=email,
        note=note_text,
        asked_by=asked_by,
        asked_at=now,
    )
    try:
        with control_session() as session:
            mine = (
                SubscriptionInvoice.id == invoice_id,
                SubscriptionInvoice.tenant_id == tenant_id,
            )
            bill = session.scalars(select(SubscriptionInvoice).where(*mine)).one_or_none()
            if bill is None or bill.status != "paid" or not bill.paid:
                raise BillingError("unpaid")
            session.add(made)
    except IntegrityError as error:
        raise BillingError("asked") from error


def answer_tax_invoice(
    request_id: UUID, now: datetime, *, number: str = "", refused: bool = False
) -> None:
    """The operator issued the invoice under a number, or refuses it."""
    with control_session() as session:
        mine = TaxInvoiceRequest.id == request_id
        found = session.scalars(select(TaxInvoiceRequest).where(mine).with_for_update()).one()
        found.status = "refused" if refused else "issued"
        found.number, found.done_at = number, now
