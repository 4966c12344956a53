"""What waits for the operator: money that is to arrive, tax invoices to be issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tenants.billing.models import SubscriptionInvoice, TaxInvoiceRequest, TransferRequest
from tenants.control import Tenant
from tenants.facts import State

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A tax invoice that a firm asks for, with the bill that it is about."""

    tenant: Tenant
    request: TaxInvoiceRequest
    bill: SubscriptionInvoice


def waiting_transfers(session: Session, wanted: str = "") -> list[tuple[Tenant, TransferRequest]]:
    """The transfers that are on their way, the oldest first: at most SHOWN.

    `wanted` is a part of the reference, or of the firm's name or slug.
    """
    columns = (TransferRequest.reference, Tenant.name, Tenant.slug)
    matches = or_(*(one.icontains(wanted, autoescape=True) for one in columns))
    query = (
        select(Tenant, TransferRequest)
        .join(TransferRequest, TransferRequest.tenant_id == Tenant.id)
        .where(TransferRequest.status == "asked", Tenant.state != State.ERASED.value, matches)
        .order_by(TransferRequest.asked_at, TransferRequest.id)
        .limit(SHOWN)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def asked_before(session: Session, moment: datetime) -> list[UUID]:
    """The transfers that are waited for since before a moment, by their ids; SHOWN at most."""
    late = (TransferRequest.status == "asked", TransferRequest.asked_at < moment)
    query = select(TransferRequest.id).where(*late).order_by(TransferRequest.asked_at).limit(SHOWN)
    return list(session.scalars(query))


def waiting_tax_invoices(session: Session) -> list[Asked]:
    """The tax invoices that are to be issued, the oldest first."""
    query = (
        select(Tenant, TaxInvoiceRequest, SubscriptionInvoice)
        .join(TaxInvoiceRequest, TaxInvoiceRequest.tenant_id == Tenant.id)
        .join(SubscriptionInvoice, SubscriptionInvoice.id == TaxInvoiceRequest.invoice_id)
        .where(TaxInvoiceRequest.status == "asked")
        .order_by(TaxInvoiceRequest.asked_at, TaxInvoiceRequest.id)
        .limit(SHOWN)
    )
    return [Asked(row[0], row[1], row[2]) for row in session.execute(query)]
