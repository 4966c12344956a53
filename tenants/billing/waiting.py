"""What waits for the operator: money that is to arrive, tax invoices to be issued."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
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


def waiting_transfers(session: Session) -> list[tuple[Tenant, TransferRequest]]:
    """The transfers that are on their way, the oldest first."""
    query = (
        select(Tenant, TransferRequest)
        .join(TransferRequest, TransferRequest.tenant_id == Tenant.id)
        .where(TransferRequest.status == "asked", Tenant.state != State.ERASED.value)
        .order_by(TransferRequest.asked_at, TransferRequest.id)
        .limit(SHOWN)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


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
