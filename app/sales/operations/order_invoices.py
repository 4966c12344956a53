"""Asking for the invoice of an order: everything filled, never more than is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.records.access import sees
from app.records.references import existing
from app.records.tailored import tailored
from app.sales.models import Order
from app.sales.operations.amounts import SAID_NOTHING, plain, read_amount
from app.sales.operations.invoiced import left_to_invoice, tax_in
from app.sales.operations.invoices import made_invoice


def request_invoice(order: Order, by: Actor, amount: object = "") -> Mapping[str, Any]:
    """Ask for the invoice of an order: of all that was not asked for yet, or of `amount` of it.

    Refused where nothing is left, and for more than is left; of two who ask at once the second is
    told. NotPermitted for whoever may not see what the order comes to: the invoice tells it.
    """
    kind = tailored("order", by)
    if not (sees(kind, "total", by) and sees(kind, "tax", by)):
        raise NotPermitted(_("Your role does not allow this."))
    if order.account_id is None or order.total is None:
        raise Refused(_("Say for whom this order is."), field="account_id")
    left = left_to_invoice(order.id, by)
    if left <= 0:
        raise Refused(_("All of this order was invoiced already."))
    wanted = left if amount in SAID_NOTHING else read_amount(amount, order.currency)
    if not 0 < wanted <= left:
        told = _("Of this order at most %(most)s can still be invoiced.", most=plain(left))
        raise Refused(told, field="amount")
    given: dict[str, Any] = {
        "account_id": str(order.account_id),
        "name": order.name,
        "currency": order.currency,
        "amount": str(wanted),
        "payment_days": order.payment_days,
    }
    for key, to in (("contact_id", "contact"), ("owner_id", "user")):
        its = getattr(order, key)
        if its is not None and existing(to, [its], by):
            given[key] = str(its)
    if order.tax:
        given["tax"] = str(tax_in(wanted, order.id, order.currency, by, is_rest=wanted == left))
    made = made_invoice(by, **given)
    made.order_id = order.id
    changes = {"order_id": [None, str(order.id)]}
    write_event(by, "invoice", made.id, "updated", account_id=made.account_id, changes=changes)
    return {"invoice": [None, str(made.id)]}
