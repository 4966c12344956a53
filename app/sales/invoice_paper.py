"""The paper of an invoice, in the customer's language: what is asked for, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from app.crm.models import Account, Contact
from app.documents.papers.layouts import Content, Given
from app.documents.papers.letterhead import firm_name
from app.documents.texts.variables import person
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.types import RecordType
from app.sales.models import Invoice, Order
from app.sales.models.invoice import CANCELLED
from app.web.formats import formats

TOLD = ("name", "amount", "tax", "issued_on", "due_on", "tax_number", "title", "tax_id")


def invoice_paper(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What a customer is asked to pay, or what is credited; the tax invoice is the tax office's."""
    invoice = cast("Invoice", record)
    uses = Uses()
    uses.note(record_type.key, *TOLD)
    credited = by.session.get(Invoice, invoice.credits_id) if invoice.is_credit else None
    if credited is not None:
        uses.note(record_type.key, "credits_id", "number")
        uses.note_records(record_type.key, (credited.id,))
    title = gettext("Credit invoice") if invoice.is_credit else gettext("Invoice")
    heading = f"{title} {invoice.number}" if invoice.number else title
    sender, firm = person(by, invoice.owner_id), firm_name(by)
    write = formats(by)

    def money(amount: Decimal) -> str:
        return write.money(amount, invoice.currency)

    sums = []
    if invoice.tax:
        sums = [
            {"label": gettext("Net"), "value": money(invoice.amount - invoice.tax)},
            {"label": gettext("Tax"), "value": money(invoice.tax)},
        ]
    content = {
        "to": _addressee(invoice, by),
        "heading": _heading(invoice, heading, uses),
        "intro": "",
        "facts": _facts(invoice, credited, by),
        "columns": [
            {"label": gettext("What for"), "number": False, "wide": True},
            {"label": gettext("Amount"), "number": True, "wide": False},
        ],
        "rows": [[_what_for(invoice, by), money(invoice.amount)]],
        "sums": sums,
        "total": {"label": gettext("Total"), "value": money(invoice.amount)},
        "closing": "",
        "signed": str(sender or firm),
        "under": firm if sender is not None else "",
    }
    named = " · ".join(part for part in (heading, invoice.name) if part)
    return Content(named, content, uses, number=invoice.number or "")


def _heading(invoice: Invoice, title: str, uses: Uses) -> str:
    """What it is called, and whether it asks for anything."""
    if invoice.status == CANCELLED:
        uses.note("invoice", "status")
        return gettext("%(title)s (void)", title=title)
    return title if invoice.number else gettext("%(title)s (draft)", title=title)


def _what_for(invoice: Invoice, by: Actor) -> str:
    order = by.session.get(Order, invoice.order_id) if invoice.order_id is not None else None
    if order is not None and order.number:
        return gettext("%(name)s, order %(number)s", name=invoice.name, number=order.number)
    return invoice.name


def _addressee(invoice: Invoice, by: Actor) -> list[str]:
    account = by.session.get_one(Account, invoice.account_id)
    contact = by.session.get(Contact, invoice.contact_id) if invoice.contact_id else None
    found = [invoice.title or account.name]
    if contact is not None:
        found.append(contact.name)
    if invoice.tax_id:
        found.append(invoice.tax_id)
    return found + [part for part in (account.address, account.city, account.province) if part]


def _facts(invoice: Invoice, credited: Invoice | None, by: Actor) -> list[dict[str, str]]:
    write, found = formats(by), []
    if credited is not None and credited.issued_on is not None:
        day = write.day(credited.issued_on, date.min)
        its = " · ".join(one for one in (credited.number, day) if one)
        found.append((gettext("Credit of"), its))
    if invoice.issued_on is not None and invoice.number:
        found.append((gettext("Issued on"), write.day(invoice.issued_on, date.min)))
    if invoice.due_on is not None and not invoice.is_credit:
        found.append((gettext("Due on"), write.day(invoice.due_on, date.min)))
    if invoice.tax_number:
        found.append((gettext("Number of the tax invoice"), invoice.tax_number))
    found.append((gettext("Currency"), invoice.currency))
    return [{"label": label, "value": value} for label, value in found]
