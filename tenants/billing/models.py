"""The shared tables of what firms pay us; Stripe's words are kept as Stripe has them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.control import Tenant
from tenants.database import ControlBase

MOMENT = DateTime(timezone=True)
MONEY = Numeric(18, 4)


class Subscription(ControlBase):
    """What one firm rents, as Stripe had it when it was last read; one row for a firm that pays.

    `way` is how it pays: by card, by an invoice of Stripe's, or by bank transfer to us, of which
    Stripe knows nothing and whose end the operator moves. `price` is for one seat and `interval`.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("way IN ('card', 'invoice', 'transfer')", name="way"),
        CheckConstraint("interval IN ('month', 'year')", name="interval"),
        CheckConstraint("seats >= 0", name="seats"),
        CheckConstraint("waits IN ('start', 'change')", name="waits"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id), primary_key=True)
    stripe_customer_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    stripe_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    stripe_item_id: Mapped[str | None] = mapped_column(String(80))
    way: Mapped[str] = mapped_column(String(10), default="card")
    status: Mapped[str] = mapped_column(String(30), default="none")
    plan: Mapped[str] = mapped_column(String(40), default="trial")
    interval: Mapped[str] = mapped_column(String(5), default="month")
    currency: Mapped[str] = mapped_column(String(3))
    seats: Mapped[int] = mapped_column(Integer, default=0)
    price: Mapped[Decimal] = mapped_column(MONEY, default=Decimal(0))
    period_start: Mapped[datetime | None] = mapped_column(MOMENT)
    period_end: Mapped[datetime | None] = mapped_column(MOMENT)
    cancels_at_period_end: Mapped[bool] = mapped_column(Boolean, default=False)
    cancel_at: Mapped[datetime | None] = mapped_column(MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    unpaid_since: Mapped[datetime | None] = mapped_column(MOMENT)  # The first day of the grace.
    # What is billed and not paid, so that it is not given yet; see tenants.billing.unpaid.
    waits: Mapped[str | None] = mapped_column(String(10))
    # When the first bill for a start was made, which is never moved: a trial waits for it, once.
    first_billed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    # Nobody may take more seats than these while they could be paid for; see tenants.billing.holds.
    held_seats: Mapped[int | None] = mapped_column(Integer)
    held_until: Mapped[datetime | None] = mapped_column(MOMENT)
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)  # When Stripe was asked last.
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    changed_at: Mapped[datetime] = mapped_column(MOMENT)


class SubscriptionInvoice(ControlBase):
    """One bill of ours to a firm: Stripe's, or one for a bank transfer (`stripe_id` is empty)."""

    __tablename__ = "subscription_invoice"
    __table_args__ = (Index(None, "tenant_id", "issued_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id))
    stripe_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    number: Mapped[str] = mapped_column(String(80), default="")
    way: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))  # draft, open, paid, uncollectible, void
    currency: Mapped[str] = mapped_column(String(3))
    due: Mapped[Decimal] = mapped_column(MONEY)
    paid: Mapped[Decimal] = mapped_column(MONEY)
    returned: Mapped[Decimal] = mapped_column(MONEY, default=Decimal(0), server_default="0")
    # What was taken off beforehand, for the rest of earlier bills: it has paid for this time too.
    credited: Mapped[Decimal] = mapped_column(MONEY, default=Decimal(0), server_default="0")
    plan: Mapped[str] = mapped_column(String(40), default="")
    seats: Mapped[int] = mapped_column(Integer, default=0)
    period_start: Mapped[datetime | None] = mapped_column(MOMENT)
    period_end: Mapped[datetime | None] = mapped_column(MOMENT)
    page_url: Mapped[str | None] = mapped_column(Text)
    pdf_url: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(MOMENT)
    due_at: Mapped[datetime | None] = mapped_column(MOMENT)
    paid_at: Mapped[datetime | None] = mapped_column(MOMENT)


class TransferRequest(ControlBase):
    """A firm means to pay by bank transfer; by its reference we find the money that arrives.

    While it waits, `seats` are held in the workspace, as they are what the money pays for.
    """

    __tablename__ = "transfer_request"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'paid', 'withdrawn')", name="status"),
        CheckConstraint("seats > 0", name="seats"),
        Index(
            "uq_transfer_request_live",
            "tenant_id",
            unique=True,
            postgresql_where=text("status = 'asked'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    plan: Mapped[str] = mapped_column(String(40))
    interval: Mapped[str] = mapped_column(String(5))
    seats: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(MONEY)  # What is to arrive.
    # Taken off already, for the rest of what was paid before.
    credit: Mapped[Decimal] = mapped_column(MONEY, default=Decimal(0), server_default="0")
    status: Mapped[str] = mapped_column(String(10), default="asked")
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(MOMENT)
    done_at: Mapped[datetime | None] = mapped_column(MOMENT)


class TaxInvoiceRequest(ControlBase):
    """A firm asks for the tax invoice (发票) of a bill that it paid; the operator issues it."""

    __tablename__ = "tax_invoice_request"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'issued', 'refused')", name="status"),
        Index(None, "tenant_id", "asked_at"),
        Index(
            "uq_tax_invoice_request_live",
            "invoice_id",
            unique=True,
            postgresql_where=text("status <> 'refused'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id))
    invoice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(SubscriptionInvoice.id))
    title: Mapped[str] = mapped_column(String(200))
    tax_number: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254))
    note: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(10), default="asked")
    number: Mapped[str] = mapped_column(String(40), default="")  # Of the invoice that was issued.
    answer: Mapped[str] = mapped_column(String(500), default="", server_default="")  # Why not.
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(MOMENT)
    done_at: Mapped[datetime | None] = mapped_column(MOMENT)


class WebhookReceipt(ControlBase):
    """One event as Stripe told it: kept once by its id, whether or not we know its type."""

    __tablename__ = "webhook_receipt"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'applied', 'ignored', 'refused')", name="state"),
        Index("ix_webhook_receipt_waiting", "state", postgresql_where=text("state = 'waiting'")),
        Index(None, "received_at"),
    )

    event_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    type: Mapped[str] = mapped_column(String(80))
    object_id: Mapped[str] = mapped_column(String(80), default="")
    customer_id: Mapped[str] = mapped_column(String(80), default="")
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid)  # Known once it was applied.
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(10), default="waiting", server_default="waiting")
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    happened_at: Mapped[datetime] = mapped_column(MOMENT)  # By Stripe's clock.
    received_at: Mapped[datetime] = mapped_column(MOMENT)
    applied_at: Mapped[datetime | None] = mapped_column(MOMENT)


class StripeCall(ControlBase):
    """A change that we ask Stripe for: its key is kept before the call, so that no second try of
    the same wish, after a timeout or a crash, charges twice.
    """

    __tablename__ = "stripe_call"
    __table_args__ = (Index(None, "tenant_id", "made_at"),)

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid)
    verb: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    answered_at: Mapped[datetime | None] = mapped_column(MOMENT)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
