"""The parts of payments for programs: for which invoices one counts, and which count for one."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import fetch, permitted, sees
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps, money
from app.records.openapi.described import described
from app.records.openapi.parts import ID, TEXT, answer, nullable, record_of, ref
from app.records.openapi.values import AMOUNT, Schema
from app.records.routes.api import send
from app.records.tailored import tailored
from app.records.values import as_json
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.operations.parts import COUNTS
from app.sales.pages.invoices import sees_money
from app.sales.routes.blueprint import blueprint, is_on
from app.web import current
from app.web.access import Who, access

MONEY = record_of(amount={**TEXT, "pattern": AMOUNT}, currency=TEXT)
MOMENT: Schema = {**TEXT, "format": "date-time"}
NAMED: dict[str, Schema] = {
    "PaymentPart": record_of(
        id=ID,
        payment_id=ID,
        invoice_id=nullable(ID),
        instalment_id=nullable(ID),
        amount=MONEY,
        taken=MONEY,
        at=MOMENT,
    )
}
LISTED = {"200": answer(record_of(data={"type": "array", "items": ref("PaymentPart")}))}


@blueprint.get("/api/v1/payments/<uuid:record_id>/parts")
@described("list_payment_parts", _("Payments received"), LISTED, schemas=NAMED, is_offered=is_on)
@access(who=Who.TOKEN, permission=("payment", "read"))
def list_payment_parts(record_id: UUID) -> Response:
    """For which invoices a payment counts, the oldest part first; `taken` is in its currency."""
    by = current.actor()
    refuse_arguments(list(request.args))
    payment = cast("Payment", fetch(tailored("payment", by), record_id, by))
    return _told(PaymentPart.payment_id == payment.id, by)


@blueprint.get("/api/v1/invoices/<uuid:record_id>/parts")
@described("list_invoice_parts", _("Invoices"), LISTED, schemas=NAMED, is_offered=is_on)
@access(who=Who.TOKEN, permission=("invoice", "read"))
def list_invoice_parts(record_id: UUID) -> Response:
    """Which payments count for an invoice, the oldest part first; `amount` is in its currency."""
    by = current.actor()
    refuse_arguments(list(request.args))
    invoice = cast("Invoice", fetch(tailored("invoice", by), record_id, by))
    return _told(PaymentPart.invoice_id == invoice.id, by)


def _told(condition: Any, by: Actor) -> Response:
    """The parts of which `by` may read both ends and sees what they come to."""
    payments, invoices = tailored("payment", by), tailored("invoice", by)
    sees_parts = by.may("payment", "read") and sees(payments, "applied", by)
    if not (sees_parts and sees(payments, "credit", by) and sees_money(by)):
        raise NotPermitted(_("Your role does not allow this."))
    rows = by.session.execute(
        select(PaymentPart, Payment.currency, Invoice.currency.label("of_invoice"))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .join(Invoice, Invoice.id == PaymentPart.invoice_id)
        .where(condition, COUNTS, permitted(payments, by), permitted(invoices, by))
        .order_by(PaymentPart.at, PaymentPart.id)
    )
    told = [
        {
            "id": str(part.id),
            "payment_id": str(part.payment_id),
            "invoice_id": str(part.invoice_id),
            "instalment_id": None,
            "amount": money(part.amount, of_invoice),
            "taken": money(part.taken, currency),
            "at": as_json(part.at),
        }
        for part, currency, of_invoice in rows
    ]
    return send(Reply(200, dumps({"data": told})))
