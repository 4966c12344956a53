"""What stands on a payment's page: for which invoices it counts, and what is left of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import can_read, may_do, permitted, sees
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.operations.balance import firms_day
from app.sales.operations.parts import COUNTS
from app.sales.pages.invoices import ShownPart, sees_money
from app.sales.pages.paper_lead import paper_lead
from app.web.formats import formats

SUMS = ("amount", "applied", "credit", "refunded")


def payment_panel(payment: Payment, by: Actor) -> dict[str, Any]:
    """The invoices for which a payment counts, its sums, and what came back of it or it is of."""
    kind, write = tailored("payment", by), formats(by)
    if not all(sees(kind, key, by) for key in SUMS):
        return {"sums": None}
    sums: list[tuple[Text, str]] = []
    if not payment.is_refund:
        money = [(_("Amount"), payment.amount), (_("Counted for invoices"), payment.applied)]
        money += [(_("Refunded"), payment.refunded), (_("Customer’s credit"), payment.credit)]
        sums = [
            (label, write.money(amount, payment.currency))
            for place, (label, amount) in enumerate(money)
            if amount or place in (0, 3)
        ]
    of_receipt = ""
    if payment.refunds_id is not None and can_read(kind, payment.refunds_id, by):
        of_receipt = f"/payments/{payment.refunds_id}"
    return {
        "sums": sums,
        "url": f"/payments/{payment.id}",
        "parts": _parts(payment, by),
        "of_receipt": of_receipt,
        "may_take_back": may_do(kind, payment, "take_back", by) and not by.tenant.is_read_only,
    }


def _parts(payment: Payment, by: Actor) -> list[ShownPart]:
    """The parts of a payment; the invoice is named to whoever may read it."""
    kind, write, today = tailored("invoice", by), formats(by), firms_day(by)
    if not by.may("invoice", "read"):
        return []
    rows = by.session.execute(
        select(PaymentPart, Invoice)
        .join(Invoice, Invoice.id == PaymentPart.invoice_id)
        .where(PaymentPart.payment_id == payment.id, COUNTS, permitted(kind, by))
        .order_by(PaymentPart.at, PaymentPart.id)
    ).all()
    found = []
    for part, invoice in rows:
        lead, note = paper_lead(invoice, "invoice", payment.name, by)
        due = invoice.due_on if sees(kind, "due_on", by) else None
        if due is not None:
            note.append(gettext("due %(day)s", day=write.day(due, today)))
        amount = write.money(part.amount, invoice.currency) if sees_money(by) else ""
        if amount and invoice.currency != payment.currency:
            amount += f" ({write.money(part.taken, payment.currency)})"
        shown = " · ".join(note)
        found.append(ShownPart(f"/invoices/{invoice.id}", lead, shown, amount, str(part.id)))
    return found
