"""What the lines of orders are to reports: what was sold, how much of it, at what it comes to."""

from __future__ import annotations

from sqlalchemy import Numeric, and_, case, func, literal

from app.kernel.language import _, plural
from app.records.fields import Field
from app.records.parts.facts import Part
from app.records.parts.fields import PartAmount, PartField
from app.records.types import Words
from app.sales.lines.arithmetic import WHOLE
from app.sales.models import Order, OrderLine

DIGITS = 4  # Of a tax, which is rounded once for each rate of an order and not line by line.
# What a line comes to less than its price; a rounded cent is nothing that was taken off.
TAKEN_OFF = case(
    (
        and_(
            func.coalesce(OrderLine.discount, 0) == 0,
            func.coalesce(OrderLine.discount_amount, 0) == 0,
        ),
        literal(0, Numeric),
    ),
    else_=OrderLine.quantity * OrderLine.unit_price - OrderLine.net,
)
# Whoever may see what is left of a paper; see `sees_margin` of its page.
COSTS = (("order", "cost"), ("order", "margin"), ("product", "cost"))

order_line = Part(
    key="order_line",
    collection="order_lines",
    words=Words(
        one=_("Line of an order"),
        many=_("Lines of orders"),
        new=_("New order"),
        count=plural("%(n)s line", "%(n)s lines"),
        search=_("Name, number or account"),
        empty=_("What your customers order appears here, line by line."),
    ),
    icon="list-details",
    model=OrderLine,
    reference=OrderLine.order_id,
    fields=(
        Field(OrderLine.order_id, _("Sales order"), to="order"),
        Field(OrderLine.product_id, _("Product"), to="product"),
        PartField(OrderLine.name, _("Text of the line"), name="text"),
        Field(OrderLine.quantity, _("Quantity")),
        PartField(OrderLine.unit, _("Unit")),
        PartAmount(OrderLine.unit_price, _("Unit price"), of=Order, adds_up=False),
        PartAmount(
            OrderLine.discount_amount,
            _("Discount"),
            name="discount",
            of=Order,
            reckoned=TAKEN_OFF,
        ),
        PartAmount(OrderLine.net, _("Net"), of=Order),
        Field(OrderLine.tax_rate, _("Tax rate")),
        PartAmount(
            OrderLine.net,
            _("Tax"),
            name="tax",
            of=Order,
            reckoned=func.round(OrderLine.net * OrderLine.tax_rate / WHOLE, DIGITS),
            is_exact=True,
        ),
        PartAmount(OrderLine.cost, _("Cost"), of=Order),
        PartAmount(
            OrderLine.cost,
            _("Margin"),
            name="margin",
            of=Order,
            reckoned=OrderLine.net - OrderLine.cost,
        ),
    ),
    columns=(
        "order_id",
        "ordered_at",
        "account_id",
        "product_id",
        "text",
        "quantity",
        "unit_price",
        "discount",
        "net",
        "tax",
        "margin",
    ),
    needs=("net", "tax", "total"),
    judged={"cost": COSTS, "margin": COSTS},
)
