"""Orders that a file brings as they were elsewhere: completed on their day, and what came back.

Their lines count as they were written. A return credits the newest earlier order of its customer
that sold all of what it gives back, as far as that was not given back yet; where there is none it
stands alone, as the file does not tell what it credits. Typed ones always name their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select
from sqlalchemy.orm import aliased

from app.crm.models import Account
from app.crm.models.account import COLLECTIVE
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.money.rates import missing_rate, rate_then
from app.sales.lines.papers import Reckoned, gather_papers, put_costs
from app.sales.lines.written import Line, turned, with_facts
from app.sales.models import Order, OrderLine
from app.sales.models.order import RETURN, SALE

DRAFT, COMPLETED = "draft", "completed"
SOLD = ("delivered", COMPLETED)
STANDS = ("confirmed", "delivered", COMPLETED)  # Of a return.
NOTHING = Decimal(0)
FILL_IN = _("Please fill in this field.")


def gather_orders(orders: Sequence[Order], by: Actor) -> None:
    """Find what many orders are prepared with, in few statements; of past ones what they credit.

    What a file says is a draft is one like any other.
    """
    for one in orders:
        if one.past and one.past["status"] == DRAFT:
            one.past = {}
    past = [one for one in orders if one.past and inspect(one).transient]
    for one in past:
        _date_rate(one, by)
        if isinstance(one.lines, list):
            one.lines = [turned(line) for line in one.lines]
    gather_papers(orders, by)
    found = [one for one in past if isinstance(one.lines, Reckoned) and not one.lines.errors]
    for one in found:
        gives_back = all(line.quantity < 0 for line in one.lines.lines)
        one.kind = RETURN if one.lines.lines and gives_back else SALE
    _credit(found, by)


def settle_past(order: Order, by: Actor) -> None:
    """Let a new order be what a file says became of it; Refused where that can't be."""
    errors = _against(order, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    sale = order.past.get("credits")
    if sale is not None and sale.status != COMPLETED:  # It was refused: nothing is there to credit.
        order.returns_id = None
    order.status = COMPLETED
    order.confirmed_at = order.completed_at = order.ordered_at


def _against(order: Order, by: Actor) -> dict[str, Text | str]:
    """What stands against an order that was completed elsewhere, by field."""
    errors: dict[str, Text | str] = {}
    given = order.past["given"]
    if order.past["status"] != COMPLETED:
        errors["status"] = _("A file brings orders that are completed, or drafts.")
    if not order.number:
        errors["number"] = FILL_IN  # By it the order is known when the file comes again.
    if "ordered_at" not in given:
        errors["ordered_at"] = FILL_IN  # It would count as a purchase of today.
    elif order.ordered_at > by.now:
        errors["ordered_at"] = _("This moment is still to come.")
    if order.account_id is None:
        errors["account_id"] = _("Say for whom this order is.")
    if not isinstance(order.lines, Reckoned) or not order.lines.lines:
        errors["lines"] = _("There is nothing on this order yet.")
    if (day := order.past.get("no_rate")) is not None and "ordered_at" in given:
        errors["currency"] = missing_rate(order.currency, day)
    return errors


def find_country(order: Order) -> None:
    """Take over where a customer is, unless a file says that nobody knows.

    Unnamed buyers are anywhere.
    """
    account: Account | None = order.of_account
    is_said = bool(order.past) and "country" in order.past["said"]
    if order.country is None and not is_said and account is not None:
        order.country = account.country if account.kind != COLLECTIVE else None


def _date_rate(order: Order, by: Actor) -> None:
    """Let an order in another currency count by the rate of its day, where no day was named.

    Where that day has none, another day's would make another amount of it: that is noted.
    """
    if order.currency == by.tenant.currency or "rate_on" in order.past["given"]:
        return
    at = order.ordered_at or by.now  # type: ignore[truthy-bool]  # Nothing may be said of it.
    day = at.astimezone(ZoneInfo(by.tenant.zone)).date()
    if day >= by.today():
        return
    rate = rate_then(by, order.currency, day)
    if rate is None:
        order.past = {**order.past, "no_rate": day}
    else:
        order.rate, order.rate_on = rate, day


@dataclass(slots=True)
class Sold:
    """What one order sold of each product, less what was given back: how many, for how much.

    `dearest` is the most that one of them cost. `order` is it where it comes with what gives back.
    """

    id: UUID
    at: datetime
    currency: str
    order: Order | None = None
    quantity: dict[UUID, Decimal] = field(default_factory=dict)
    net: dict[UUID, Decimal] = field(default_factory=dict)
    dearest: dict[UUID, Decimal] = field(default_factory=dict)
    cost: dict[UUID, Decimal | None] = field(default_factory=dict)  # Of a unit, when it was sold.

    def add(self, product_id: UUID, quantity: Decimal, net: Decimal, cost: Decimal | None) -> None:
        """Count a line of it."""
        self.cost.setdefault(product_id, cost)
        self.quantity[product_id] = self.quantity.get(product_id, NOTHING) + quantity
        self.net[product_id] = self.net.get(product_id, NOTHING) + net
        if quantity:
            each = max(self.dearest.get(product_id, NOTHING), net / quantity)
            self.dearest[product_id] = each

    def holds(self, back: Back) -> bool:
        """True where all of it can have come from here: not more, nor dearer, than was sold."""
        cent = Decimal(1).scaleb(-digits_of(self.currency))
        return all(
            -quantity <= self.quantity.get(product_id, NOTHING)
            and -back.net[product_id] <= self.net[product_id] + cent
            and -back.net[product_id] <= self.dearest[product_id] * -quantity + cent
            for product_id, quantity in back.quantity.items()
        )

    def give_back(self, back: Back) -> None:
        """Count what came back of it."""
        for product_id, quantity in back.quantity.items():
            self.quantity[product_id] += quantity
            self.net[product_id] += back.net[product_id]


@dataclass(frozen=True, slots=True)
class Back:
    """What a return gives back of each product, in negative numbers."""

    order: Order
    quantity: Mapping[UUID, Decimal]
    net: Mapping[UUID, Decimal]


def _credit(orders: Sequence[Order], by: Actor) -> None:
    """Let returns name the orders that they credit, in the order in which they are given."""
    backs = {
        one.id: found
        for one in orders
        if one.kind == RETURN and one.account_id and (found := _back_of(one)) is not None
    }
    accounts = _known({one.order.account_id for one in backs.values()}, by)
    backs = {key: one for key, one in backs.items() if one.order.account_id in accounts}
    if not backs:
        return
    sold = _sold_before(backs.values(), by)
    for one in orders:
        if one.account_id not in accounts:
            continue
        back = backs.get(one.id)
        if one.kind == SALE and not _against(one, by):
            sold.setdefault(one.account_id, []).append(_sold_by(one))
        elif back is not None:
            _name(back, sold.get(one.account_id, ()))


def _name(back: Back, sold: Sequence[Sold]) -> None:
    order = back.order
    fits = [
        one
        for one in sold
        if one.currency == order.currency and one.at <= order.ordered_at and one.holds(back)
    ]
    if fits:
        newest = max(fits, key=lambda one: (one.at, one.id))
        newest.give_back(back)
        order.returns_id = newest.id
        order.past = {**order.past, "credits": newest.order}
        put_costs(order, [_as_sold(one, newest) for one in order.lines.lines])


def _as_sold(line: Line, sold: Sold) -> Line:
    """A line of a return with what it cost us when it was sold."""
    return with_facts(line, unit_cost=sold.cost[line.product_id]) if line.product_id else line


def _back_of(order: Order) -> Back | None:
    """What a return gives back; None where a line of it names no product."""
    quantity: dict[UUID, Decimal] = {}
    net: dict[UUID, Decimal] = {}
    for line, its in zip(order.lines.lines, order.lines.totals.lines, strict=True):
        if line.product_id is None:
            return None
        quantity[line.product_id] = quantity.get(line.product_id, NOTHING) + line.quantity
        net[line.product_id] = net.get(line.product_id, NOTHING) + its.net
    return Back(order, quantity, net)


def _sold_by(order: Order) -> Sold:
    found = Sold(order.id, order.ordered_at, order.currency, order)
    for line, its in zip(order.lines.lines, order.lines.totals.lines, strict=True):
        if line.product_id is not None:
            found.add(line.product_id, line.quantity, its.net, line.unit_cost)
    return found


def _known(ids: set[UUID | None], by: Actor) -> set[UUID]:
    """The customers among accounts whose buyers are known: what a stranger bought is nobody's."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return set()
    asked = select(Account.id).where(Account.id.in_(wanted), Account.kind != COLLECTIVE)
    return set(by.session.scalars(asked))


def _sold_before(backs: Any, by: Actor) -> dict[UUID, list[Sold]]:
    """What customers bought of what they give back, by order, less what they gave back before.

    Their orders are held, so that nobody else gives back of them meanwhile.
    """
    backs = list(backs)
    accounts = {one.order.account_id for one in backs}
    products = {product_id for one in backs for product_id in one.quantity}
    bought = (
        select(Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.account_id.in_(accounts),
            OrderLine.product_id.in_(products),
            Order.kind == SALE,
            Order.status.in_(SOLD),
            Order.deleted_at.is_(None),
            Order.ordered_at <= max(one.order.ordered_at for one in backs),
        )
    )
    rows = by.session.execute(
        select(Order.id, Order.account_id, Order.ordered_at, Order.currency)
        .where(Order.id.in_(bought))
        .order_by(Order.id)
        .with_for_update()
    ).all()
    found = {row.id: Sold(row.id, row.ordered_at, row.currency) for row in rows}
    if not found:
        return {}
    credit = aliased(Order)
    lines = select(OrderLine.product_id, OrderLine.quantity, OrderLine.net, OrderLine.unit_cost)
    of_orders = (
        lines.add_columns(OrderLine.order_id.label("of"))
        .where(OrderLine.order_id.in_(found), OrderLine.product_id.in_(products))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    given_back = (
        lines.add_columns(credit.returns_id.label("of"))
        .join(credit, credit.id == OrderLine.order_id)
        .where(
            credit.returns_id.in_(found),
            credit.status.in_(STANDS),
            credit.deleted_at.is_(None),
            OrderLine.product_id.in_(products),
        )
    )
    for row in by.session.execute(of_orders):
        found[row.of].add(row.product_id, row.quantity, row.net, row.unit_cost)
    for row in by.session.execute(given_back):
        if row.product_id in found[row.of].quantity:
            found[row.of].quantity[row.product_id] += row.quantity
            found[row.of].net[row.product_id] += row.net
    by_account: dict[UUID, list[Sold]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(found[row.id])
    return by_account
