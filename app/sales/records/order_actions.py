"""What is done with an order: verbs, when each may be, and what is said of it."""

from __future__ import annotations

from app.kernel.language import _
from app.records.types import Action, Ask
from app.sales.models import Order
from app.sales.operations.contract_origin import contract_order, of_order, stands
from app.sales.operations.order_invoices import request_invoice
from app.sales.operations.orders import cancel, complete, confirm, deliver, reopen, set_lines
from app.sales.operations.returns import credit
from app.sales.pages.made import made_of, made_where
from app.sales.pages.orders import STANDING
from app.sales.records.of_papers import lines_action

ACTIONS: tuple[Action, ...] = (
    lines_action(Order.status, set_lines, ("deliver_on", "payment_days", "deposit")),
    Action(
        "confirm",
        _("Confirm"),
        event="confirmed",
        told=_("confirmed this order"),
        run=confirm,
        when=lambda order: order.status == "draft",
        reads=(Order.status,),
        icon="check",
        in_rows=False,
        result=_("Confirmed"),
    ),
    Action(
        "deliver",
        _("Mark as delivered"),
        event="delivered",
        told=_("noted that this order was delivered"),
        run=deliver,
        when=lambda order: order.status == "confirmed",
        reads=(Order.status,),
        icon="truck",
        in_rows=False,
        result=_("Delivered"),
        happened=_("Delivery noted"),
    ),
    Action(
        "complete",
        _("Complete"),
        event="completed",
        told=_("completed this order"),
        run=complete,
        when=lambda order: order.status in ("confirmed", "delivered"),
        reads=(Order.status,),
        icon="circle-check",
        in_rows=False,
        result=_("Order completed"),
    ),
    Action(
        "credit",
        _("Return"),
        event="credited",
        told=_("began a return of this order"),
        run=credit,
        when=lambda order: order.kind == "sale" and order.status in ("delivered", "completed"),
        reads=(Order.status, Order.kind),
        icon="arrow-back-up",
        in_rows=False,
        result=_("A return was begun"),
        happened=_("Return begun"),
        leads_to=made_of("order", "returns_id"),
    ),
    Action(
        "contract",
        _("Make the contract"),
        event="contracted",
        told=_("made the contract of this order"),
        run=contract_order,
        when=lambda order: order.kind == "sale" and order.status in STANDING,
        reads=(Order.status, Order.kind),
        icon="file-certificate",
        in_rows=False,
        result=_("The contract was made"),
        happened=_("Contract made"),
        leads_to=made_where("contract", of_order),
        is_done=lambda order, by: stands(of_order(order), by),
        opens=_("Open the contract"),
    ),
    Action(
        "invoice",
        _("Ask for the invoice"),
        event="invoiced",
        told=_("asked for an invoice of this order"),
        run=request_invoice,
        when=lambda order: (
            order.kind == "sale" and order.status in ("confirmed", "delivered", "completed")
        ),
        reads=(Order.status, Order.kind),
        optional=("amount",),
        icon="file-invoice",
        in_rows=False,
        result=_("An invoice was asked for"),
        happened=_("Invoice of an order asked for"),
        leads_to=made_of("invoice", "order_id"),
    ),
    Action(
        "cancel",
        _("Cancel order"),
        event="cancelled",
        told=_("cancelled this order"),
        run=cancel,
        when=lambda order: order.status in ("draft", "confirmed", "delivered"),
        reads=(Order.status,),
        inputs=("reason",),
        ask=Ask("cancel", _("Cancel order…"), "circle-x"),
        icon="circle-x",
        in_rows=False,
        result=_("Cancelled"),
    ),
    Action(
        "reopen",
        _("Reopen"),
        event="reopened",
        told=_("reopened this order"),
        run=reopen,
        when=lambda order: order.status in ("confirmed", "cancelled"),
        reads=(Order.status,),
        icon="rotate-clockwise",
        in_rows=False,
        result=_("Reopened"),
    ),
)
