"""Leads, quotes and payments beside the customer or the sale that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import sees
from app.records.tailored import tailored
from app.sales.models import Lead, Opportunity, Payment, Quote
from app.sales.pages.beside import Known
from app.sales.pages.paper_lead import paper_lead
from app.sales.pages.related import Related, RelatedWords, pill_of, related_panel
from app.web.formats import formats

QUOTES = RelatedWords(_("Quotes"), _("Add a quote"), _("No quote yet."))
LEADS = RelatedWords(_("Came from"))
PAYMENTS = RelatedWords(_("Payments received"))


def quotes_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The quotes of an account that `by` may read, the newest first."""
    return _quotes("account_id", account, {"account_id": account.id}, by, known)


def quotes_of_opportunity(opportunity: Opportunity, by: Actor) -> dict[str, Any]:
    """The quotes of an opportunity; a new one is filled with what the opportunity says."""
    return _quotes("opportunity_id", opportunity, {"opportunity_id": opportunity.id}, by)


def leads_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The leads that became an account or joined it."""
    return _leads("account_id", account.id, by, known)


def leads_of_contact(contact: Any, by: Actor) -> dict[str, Any]:
    """The leads that became a person or joined them."""
    return _leads("contact_id", contact.id, by)


def leads_of_opportunity(opportunity: Opportunity, by: Actor) -> dict[str, Any]:
    """The lead that an opportunity began as."""
    return _leads("opportunity_id", opportunity.id, by)


def payments_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """What came in of an account, the last payment first; they are recorded beside its invoices."""
    newest = (Payment.received_on.desc(), Payment.created_at.desc())
    return related_panel(
        "payment",
        "account_id",
        account.id,
        PAYMENTS,
        lambda one: _payment(one, account.name, by),
        by,
        order=newest,
        known=known,
    )


def _quotes(
    key: str, record: Any, preset: Mapping[str, UUID], by: Actor, known: Known = None
) -> dict[str, Any]:
    return related_panel(
        "quote",
        key,
        record.id,
        QUOTES,
        lambda one: _quote(one, record.name, by),
        by,
        order=(Quote.created_at.desc(),),
        preset=preset,
        known=known,
    )


def _leads(key: str, record_id: UUID, by: Actor, known: Known = None) -> dict[str, Any]:
    return related_panel(
        "lead",
        key,
        record_id,
        LEADS,
        lambda one: _lead(one, by),
        by,
        order=(Lead.converted_at.desc(),),
        known=known,
    )


def _quote(quote: Quote, beside: str, by: Actor) -> Related:
    kind, write = tailored("quote", by), formats(by)
    lead, told = paper_lead(quote, "quote", beside, by)
    is_late = False
    if quote.is_open and quote.valid_until is not None and sees(kind, "valid_until", by):
        is_late = quote.valid_until < by.today()
        told.append(str(_("valid until %(day)s", day=write.day(quote.valid_until, by.today()))))
    status, colour = pill_of("quote", "status", quote.status, by)
    is_told = quote.total is not None and sees(kind, "total", by)
    amount = write.money(quote.total or Decimal(0), quote.currency) if is_told else ""
    url = f"/quotes/{quote.id}"
    return Related(url, lead, " · ".join(told), amount, status, colour, is_late)


def _lead(lead: Lead, by: Actor) -> Related:
    kind, write = tailored("lead", by), formats(by)
    day = ""
    if lead.converted_at is not None and sees(kind, "converted_at", by):
        day = write.day(lead.converted_at.astimezone(by.zone).date(), by.today())
    status, colour = pill_of("lead", "status", lead.status, by)
    return Related(f"/leads/{lead.id}", lead.name, day, "", status, colour)


def _payment(payment: Payment, beside: str, by: Actor) -> Related:
    kind, write = tailored("payment", by), formats(by)
    told = [payment.name] if payment.name not in ("", beside) else []
    if payment.reference and sees(kind, "reference", by):
        told.append(payment.reference)
    day = write.day(payment.received_on, by.today()) if sees(kind, "received_on", by) else ""
    amount = write.money(payment.amount, payment.currency) if sees(kind, "amount", by) else ""
    status, colour = pill_of("payment", "kind", payment.kind, by) if payment.is_refund else ("", "")
    name = day or payment.name
    return Related(f"/payments/{payment.id}", name, " · ".join(told), amount, status, colour)
