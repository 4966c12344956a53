"""What an order is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from collections.abc import Sequence

from app.crm.operations.named_after import refresh_one
from app.crm.pages.composer import jotter
from app.documents.pages.papers import papers_panel
from app.kernel.actor import Actor
from app.kernel.language import _, plural
from app.records.fields import DAYS, Field, Option
from app.records.imports.facts import Lined, Past
from app.records.types import Panel, RecordType, View, Words
from app.sales.lines.brought import differing_lines, line_fields
from app.sales.lines.origin import filled_of_sale
from app.sales.lines.papers import paper_changed, papers_changed
from app.sales.lines.written import BROUGHT
from app.sales.models import Order, OrderLine
from app.sales.operations.contract_delivery import reach_delivery
from app.sales.operations.contract_invoices import take_invoices
from app.sales.operations.first_sale import customers_of_orders
from app.sales.operations.orders import (
    prepare_order,
    refuse_deleting,
)
from app.sales.operations.past_orders import gather_orders
from app.sales.operations.returned import FIXED
from app.sales.operations.returns import check_restored
from app.sales.pages.invoices import money_of_order
from app.sales.pages.lines import terms_panel
from app.sales.pages.orders import order_panel
from app.sales.records.of_papers import told_on_sale
from app.sales.records.order_actions import ACTIONS
from app.sales.records.order_line import order_line

STATUSES = (
    Option("draft", _("Draft"), "grey"),
    Option("confirmed", _("Confirmed"), "blue"),
    Option("delivered", _("Delivered"), "teal"),
    Option("completed", _("Order completed"), "green"),
    Option("cancelled", _("Cancelled"), "red"),
)
STANDS_BY = ("confirm", "reopen", "restore")  # What may let an order stand that did not.
KINDS = (Option("sale", _("Sale"), "blue"), Option("return", _("Return"), "amber"))


def _changed(order: Order, verb: str, by: Actor) -> None:
    """Keep what belongs to an order in step; Refused for what may not be deleted."""
    paper_changed(order, verb, by)
    order.is_decided = False  # What comes after the action changes nothing of it.
    if verb == "delete":
        refuse_deleting(order, by)
    elif verb == "restore":
        check_restored(order, by)
        refresh_one(order, by)
    elif verb in ("deliver", "complete"):
        reach_delivery(order, by)
    if verb in STANDS_BY and order.status in FIXED:
        take_invoices(order, by)
    if verb in ("create", "confirm"):
        customers_of_orders([order], by)


def _changed_many(orders: Sequence[Order], verb: str, by: Actor) -> None:
    """The same of many at once."""
    if verb == "create":
        papers_changed(orders, by)
        customers_of_orders(orders, by)
        return
    for one in orders:
        _changed(one, verb, by)


LINES = Lined(
    "lines",
    "number",
    line_fields(OrderLine),
    BROUGHT,
    verb="set_lines",
    called={"product_id": "name"},
    differs=differing_lines,
    priced=("unit_price", "discount", "discount_amount"),
    shared=("account_id", "currency", "ordered_at"),
)
order = RecordType(
    key="order",
    collection="orders",
    module="sales",
    model=Order,
    icon="shopping-cart",
    words=Words(
        one=_("Sales order"),
        many=_("Orders"),
        new=_("New order"),
        count=plural("%(n)s order", "%(n)s orders"),
        search=_("Name, number or account"),
        empty=_("What your customers order appears here."),
    ),
    title=Order.name,
    subtitle=(Order.number, Order.account_id, Order.total),
    number_first=Order.number,
    highlights=(Order.status, Order.kind),
    fields=(
        Field(
            Order.name,
            _("Subject"),
            sort=Order.name_sort,
            help=_("Empty means the name of the account"),
        ),
        Field(
            Order.number,
            _("Order number"),
            sort=Order.number_sort,
            is_unique=True,
            help=_("Empty means the next one, given when the order is confirmed"),
        ),
        Field(Order.account_id, _("Account"), to="account"),
        Field(Order.contact_id, _("Contact"), to="contact"),
        Field(Order.opportunity_id, _("Opportunity"), to="opportunity"),
        Field(Order.status, _("Status"), options=STATUSES, readonly=True),
        Field(Order.kind, _("Kind"), options=KINDS, readonly=True),
        Field(
            Order.ordered_at,
            _("Ordered at"),
            sort=Order.ordered_at,
            initial=lambda by: by.now,
            is_past=True,
        ),
        Field(Order.deliver_on, _("Delivery expected")),
        Field(Order.country, _("Country"), help=_("Empty means that of the account")),
        Field(Order.total, _("Total"), readonly=True),
        Field(Order.net, _("Net"), readonly=True),
        Field(Order.tax, _("Tax"), readonly=True),
        Field(Order.discount, _("Discount"), readonly=True),
        Field(Order.cost, _("Cost"), readonly=True),
        Field(Order.margin, _("Margin"), readonly=True),
        Field(
            Order.payment_days,
            _("Payment term"),
            help=_("Days from the invoice to its payment; empty means as agreed with the account"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(Order.deposit, _("Deposit"), help=_("What is paid ahead, of the total")),
        Field(
            Order.price_book_id,
            _("Price book"),
            to="price_book",
            help=_("Empty means the one that fits the customer"),
        ),
        Field(Order.exceptions, _("Points beyond the terms"), readonly=True, adds_up=False),
        Field(Order.quote_id, _("Quote"), to="quote", readonly=True),
        Field(Order.returns_id, _("Return of"), to="order", readonly=True),
        Field(Order.confirmed_at, _("Confirmed at"), readonly=True),
        Field(Order.delivered_at, _("Delivered at"), readonly=True),
        Field(Order.completed_at, _("Completed at"), readonly=True),
        Field(Order.cancelled_at, _("Cancelled at"), readonly=True),
        Field(Order.cancel_reason, _("Reason for cancelling"), readonly=True),
        Field(Order.owner_id, _("Owner"), to="user"),
        Field(Order.tags, _("Tags")),
        Field(Order.created_at, _("Created"), readonly=True),
        Field(Order.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Order.name,
        Order.number,
        Order.account_id,
        Order.status,
        Order.total,
        Order.ordered_at,
        Order.deliver_on,
        Order.owner_id,
    ),
    form=(
        Order.account_id,
        Order.contact_id,
        Order.opportunity_id,
        Order.name,
        Order.currency,
        Order.ordered_at,
        Order.deliver_on,
        Order.payment_days,
        Order.deposit,
    ),
    more=(
        Order.number,
        Order.country,
        Order.price_book_id,
        Order.owner_id,
        Order.tags,
    ),
    search=(Order.name, Order.number),
    search_other=Order.account_id,
    default_sort="-ordered_at",
    account=Order.account_id,
    mailed_to=(Order.contact_id, Order.account_id),
    milestones=("created", "confirmed", "delivered", "completed", "cancelled", "reopened"),
    told_on=told_on_sale,
    views=(
        View(_("Open orders"), (("status__in", "draft,confirmed,delivered"),)),
        View(_("To be delivered"), (("status", "confirmed"), ("sort", "deliver_on"))),
        View(
            _("Completed this month"),
            (("status", "completed"), ("completed_at", "this_month")),
        ),
    ),
    actions=ACTIONS,
    parts=(order_line,),
    inputs=("lines",),
    can_merge=False,
    panels=(
        Panel("sales/_lines_panel.html", order_panel, side="middle"),
        Panel("crm/_composer.html", jotter, side="middle"),
        Panel("sales/_invoices_panel.html", money_of_order),
        Panel("sales/_terms_panel.html", terms_panel),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    filled=filled_of_sale,
    prepare=prepare_order,
    gather=gather_orders,
    changed=_changed,
    changed_many=_changed_many,
    lined=LINES,
    past=Past((Order.status,), ("draft", "completed"), ("confirm", "complete")),
)
