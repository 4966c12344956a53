"""What stands on an invoice's page, and of invoices on the pages of customers and orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import may_do, permitted, sees
from app.records.pages.shown import shown_text
from app.records.tailored import tailored
from app.sales.models import Contract, Invoice, Order, Payment, PaymentPart
from app.sales.models.invoice import ISSUED
from app.sales.operations.balance import NOTHING, firms_day
from app.sales.operations.invoiced import collected_for, owed_for
from app.sales.operations.parts import COUNTS
from app.sales.pages.beside import Known, belonging, first_beside, may_stand
from app.sales.pages.paper_lead import paper_lead
from app.web.formats import formats

SUMS = ("amount", "open", "paid", "status")
FIRST = (
    (Invoice.open > 0).desc(),
    Invoice.due_on.asc(),
    Invoice.created_at.desc(),
    Invoice.id.asc(),
)


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """One invoice in a list: where it is, what it is called, when it is due and what it is."""

    url: str
    name: str
    note: str
    amount: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShownPart:
    """So much of a payment, with where that is."""

    url: str
    name: str
    note: str
    amount: str
    back: str = ""  # The id by which it is taken back, where the reader may.


def invoice_panel(invoice: Invoice, by: Actor) -> dict[str, Any]:
    """What was paid of an invoice and by which payments, and what is unusual about it."""
    kind = tailored("invoice", by)
    told = sees_money(by)
    write = formats(by)
    sums: list[tuple[Text, str]] = []
    if told and invoice.status == ISSUED and not invoice.is_credit:
        money = [(_("Amount"), invoice.amount), (_("Credited"), invoice.credited)]
        money += [(_("Paid so far"), invoice.paid), (_("Open amount"), invoice.open)]
        always = {str(_("Amount")), str(_("Open amount"))}
        sums = [
            (label, write.money(amount, invoice.currency))
            for label, amount in money
            if amount or str(label) in always
        ]
    order = None
    if invoice.order_id is not None and sees(kind, "order_id", by):
        orders = tailored("order", by)
        its = select(Order).where(Order.id == invoice.order_id, permitted(orders, by))
        order = by.session.scalars(its).one_or_none()
    return {
        "notes": _notes(invoice, by),
        "sums": sums,
        "parts": _paid_by(invoice, by) if told else [],
        "order": (f"/orders/{order.id}", order.number or order.name) if order is not None else None,
        "pay_url": f"/payments/receive?invoice_id={invoice.id}"
        if told and invoice.is_owed and may_receive(by)
        else "",
    }


def may_receive(by: Actor) -> bool:
    """True for whoever may record a payment and count it for invoices."""
    rights = by.may("payment", "create") and by.may("payment", "apply")
    return rights and not by.tenant.is_read_only


def sees_money(by: Actor) -> bool:
    """True for whoever may see what invoices come to and what is open of them."""
    kind = tailored("invoice", by)
    return by.may("invoice", "read") and all(sees(kind, key, by) for key in SUMS)


def invoices_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The invoices of an account that `by` may read, what is due first before all."""
    found = _panel("account_id", account, by, known)
    found["preset"] = {"account_id": account.id}
    found["pay_url"] = ""
    if found["invoices"] is not None and may_receive(by):
        found["pay_url"] = f"/payments/receive?account_id={account.id}"
    found["credit"] = _credit_of(account.id, by, known)
    return found


def invoices_of_contract(contract: Contract, by: Actor) -> dict[str, Any]:
    """The invoices of a contract's instalments; nothing before one of them was asked for."""
    found = _panel("contract_id", contract, by)
    found |= {"pay_url": "", "credit": "", "preset": None}
    if not found["invoices"]:
        found["invoices"] = None
    return found


def money_of_order(order: Order, by: Actor) -> dict[str, Any]:
    """The invoices of an order, how much of it was invoiced, and how much collected."""
    found = _panel("order_id", order, by)
    found |= {"pay_url": "", "credit": "", "preset": None, "shares": []}
    orders = tailored("order", by)
    if found["invoices"] and sees_money(by) and sees(orders, "total", by):
        issued, paid = collected_for([order.id], by).get(order.id, (NOTHING, NOTHING))
        whole = owed_for(order.id, by)
        if whole > 0:
            found["shares"] = [
                (gettext("Invoiced"), _percent(issued, whole)),
                (gettext("Collected"), _percent(paid, whole)),
            ]
    if not found["invoices"] and (order.is_return or order.status in ("draft", "cancelled")):
        found["invoices"] = None  # There is nothing to invoice.
    return found


def _percent(part: Decimal, whole: Decimal) -> int:
    """How many of a hundred, rounded down: what is not all of it never reads as all."""
    return max(0, min(100, int(part * 100 / whole)))


def _panel(key: str, record: Any, by: Actor, known: Known = None) -> dict[str, Any]:
    if not may_stand("invoice", key, by):
        return {"invoices": None}
    found, total = first_beside("invoice", key, record.id, by, *FIRST, known=known)
    its = belonging("invoice", key, record.id, by)
    return {
        "invoices": [shown_invoice(one, record.name, by) for one in found],
        "total": total,
        "open": _open_sum(its, by) if found and sees_money(by) else "",
        "filter": {key: record.id},
        "may_add": key == "account_id"
        and by.may("invoice", "create")
        and not by.tenant.is_read_only,
        "shares": [],
    }


def _open_sum(its: Sequence[ColumnElement[bool]], by: Actor) -> str:
    write = formats(by)
    rows = by.session.execute(
        select(Invoice.currency, func.sum(Invoice.open))
        .where(*its, Invoice.open > 0)
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    return " · ".join(write.money(amount, currency) for currency, amount in rows)


def _credit_of(account_id: UUID, by: Actor, known: Known) -> str:
    """What of an account's payments is counted for nothing yet, currency by currency."""
    if known is not None and "payment" not in known:
        return ""
    if not (may_stand("payment", "account_id", by) and sees(tailored("payment", by), "credit", by)):
        return ""
    write = formats(by)
    rows = by.session.execute(
        select(Payment.currency, func.sum(Payment.credit))
        .where(*belonging("payment", "account_id", account_id, by), Payment.credit > 0)
        .group_by(Payment.currency)
        .order_by(Payment.currency)
    )
    return " · ".join(write.money(amount, currency) for currency, amount in rows)


def shown_invoice(invoice: Invoice, beside: str, by: Actor) -> ShownInvoice:
    """An invoice in words, as far as `by` may see it."""
    kind, write, today = tailored("invoice", by), formats(by), firms_day(by)
    lead, called = paper_lead(invoice, "invoice", beside, by)
    late, told = 0, []
    if sees(kind, "due_on", by) and invoice.is_owed and sees_money(by) and invoice.due_on:
        late = max(0, (today - invoice.due_on).days)
        day = write.day(invoice.due_on, today)
        told.append(
            ngettext("%(n)s day overdue", "%(n)s days overdue", late)
            if late
            else gettext("due %(day)s", day=day)
        )
    elif sees(kind, "settlement", by) and invoice.settlement:
        told.append(shown_text(kind.by_key["settlement"], invoice.settlement, by))
    elif sees(kind, "status", by):
        told.append(shown_text(kind.by_key["status"], invoice.status, by))
    is_told = sees(kind, "amount", by)
    amount = write.money(invoice.amount, invoice.currency) if is_told else ""
    url = f"/invoices/{invoice.id}"
    return ShownInvoice(url, lead, " · ".join([*told, *called]), amount, late > 0)


def _notes(invoice: Invoice, by: Actor) -> list[tuple[Text, str]]:
    """What is unusual about an invoice: overdue since when, disputed, cancelled, and why."""
    kind, notes = tailored("invoice", by), list[tuple[Text, str]]()
    if invoice.is_owed and invoice.due_on and sees(kind, "due_on", by) and sees_money(by):
        late = (firms_day(by) - invoice.due_on).days
        if late > 0:
            day = formats(by).day(invoice.due_on, firms_day(by))
            notes.append((_("Overdue since %(day)s.", day=day), "warn"))
    if invoice.is_disputed and sees(kind, "is_disputed", by):
        why = (invoice.dispute_reason or "") if sees(kind, "dispute_reason", by) else ""
        told = _("The customer disputes this invoice: %(reason)s", reason=why)
        notes.append((told if why else _("The customer disputes this invoice."), "warn"))
    if invoice.cancel_reason and sees(kind, "cancel_reason", by):
        notes.append((_("Voided: %(name)s", name=invoice.cancel_reason), "info"))
    return notes


def _paid_by(invoice: Invoice, by: Actor) -> list[ShownPart]:
    """The payments that count for an invoice, of those that `by` may read."""
    kind, write = tailored("payment", by), formats(by)
    if not (by.may("payment", "read") and sees(kind, "applied", by)):
        return []
    rows = by.session.execute(
        select(PaymentPart, Payment)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.invoice_id == invoice.id, COUNTS, permitted(kind, by))
        .order_by(PaymentPart.at, PaymentPart.id)
    ).all()
    found = []
    for part, payment in rows:
        day = write.day(payment.received_on, firms_day(by)) if sees(kind, "received_on", by) else ""
        reference = payment.reference if sees(kind, "reference", by) else None
        found.append(
            ShownPart(
                f"/payments/{payment.id}",
                payment.name,
                " · ".join(one for one in (day, reference) if one),
                write.money(part.amount, invoice.currency),
                str(part.id) if may_do(kind, payment, "take_back", by) else "",
            )
        )
    return found
