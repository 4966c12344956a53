"""Our bills to a firm, and asking for the tax invoice (开票申请) of one that was paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from tenants.billing.errors import BillingError
from tenants.billing.history import note
from tenants.billing.models import SubscriptionInvoice, TaxInvoiceRequest
from tenants.billing.queue import TAX_ISSUED, TAX_REFUSED, plan_news
from tenants.database import control_session


def bills_of(tenant_id: UUID, limit: int = 24) -> list[SubscriptionInvoice]:
    """The firm's newest bills, the newest first."""
    with control_session() as session:
        query = (
            select(SubscriptionInvoice)
            .where(SubscriptionInvoice.tenant_id == tenant_id)
            .order_by(SubscriptionInvoice.issued_at.desc(), SubscriptionInvoice.id.desc())
        )
        return list(session.scalars(query.limit(limit)))


def bill_of(tenant_id: UUID, bill_id: UUID) -> SubscriptionInvoice | None:
    """One bill of the firm, however old it is; None where the firm has no such bill."""
    with control_session() as session:
        mine = (SubscriptionInvoice.id == bill_id, SubscriptionInvoice.tenant_id == tenant_id)
        return session.scalars(select(SubscriptionInvoice).where(*mine)).one_or_none()


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
            if bill is None or bill.status != "paid" or bill.paid <= bill.returned:
                raise BillingError("unpaid")
            session.add(made)
    except IntegrityError as error:
        raise BillingError("asked") from error


def answer_tax_invoice(
    request_id: UUID,
    now: datetime,
    *,
    number: str = "",
    refused: bool = False,
    reason: str = "",
    operator_id: UUID | None = None,
) -> bool:
    """The operator issued the invoice under a number, or refuses it for a reason.

    False where it was answered before.
    """
    with control_session() as session:
        mine = TaxInvoiceRequest.id == request_id
        query = select(TaxInvoiceRequest).where(mine).with_for_update()
        found = session.scalars(query).one_or_none()
        if found is None or found.status != "asked":
            return False
        found.status = "refused" if refused else "issued"
        found.number, found.done_at, found.answer = number, now, reason
        verb = "tax_invoice_refused" if refused else "tax_invoice_issued"
        told = {"number": number} if number else {"reason": reason}
        plan_news(session, found.tenant_id, TAX_REFUSED if refused else TAX_ISSUED, told, now)
        note(session, found.tenant_id, verb, now, operator_id=operator_id, **told)
        return True
