"""What stands on an order's page, and of orders on the pages of customers and opportunities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import permitted, sees
from app.records.pages.shown import shown_text
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.models import Opportunity, Order
from app.sales.pages.beside import Known, belonging, first_beside, may_stand
from app.sales.pages.lines import lines_panel
from app.sales.pages.paper_lead import paper_lead
from app.web.formats import formats

STANDING = ("confirmed", "delivered", "completed")


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """One order in a list: where it is, what it is called, when it was and what it comes to."""

    url: str
    name: str
    note: str
    amount: str


def order_panel(order: Order, by: Actor) -> dict[str, Any]:
    """The lines of an order, and what is unusual about its moment."""
    notes: list[Text] = []
    if order.ordered_at > by.now and sees(registry().type("order"), "ordered_at", by):
        notes.append(_("This order is dated ahead: its day has not come yet."))
    if order.cancel_reason and sees(registry().type("order"), "cancel_reason", by):
        notes.append(_("Cancelled: %(name)s", name=order.cancel_reason))
    return {**lines_panel(order, by), "notes": notes, "returns": _returns_shown(order, by)}


def orders_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The orders of an account that `by` may read."""
    return _panel("account_id", account, {"account_id": account.id}, by, known)


def orders_of_opportunity(opportunity: Opportunity, by: Actor) -> dict[str, Any]:
    """The orders of an opportunity that `by` may read."""
    return _panel("opportunity_id", opportunity, {"opportunity_id": opportunity.id}, by)


def returns_told(order: Order, by: Actor) -> Sequence[Order]:
    """The returns of an order that `by` may read, the oldest first."""
    kind = registry().type("order")
    if not sees(kind, "returns_id", by):
        return ()
    its = select(Order).where(Order.returns_id == order.id, permitted(kind, by))
    return by.session.scalars(its.order_by(Order.created_at, Order.id)).all()


def _returns_shown(order: Order, by: Actor) -> list[ShownOrder]:
    if order.is_return:
        return []
    return [_shown(one, order.name, by) for one in returns_told(order, by)]


def _panel(
    key: str, record: Any, preset: dict[str, UUID], by: Actor, known: Known = None
) -> dict[str, Any]:
    """The newest orders, how many there are, and what those that stand come to by currency."""
    if not may_stand("order", key, by):
        return {"orders": None}
    kind, newest = tailored("order", by), (Order.ordered_at.desc(), Order.id.desc())
    found, total = first_beside("order", key, record.id, by, *newest, known=known)
    tells_sum = sees(kind, "total", by) and sees(kind, "status", by)
    its = belonging("order", key, record.id, by)
    return {
        "orders": [_shown(one, record.name, by) for one in found],
        "total": total,
        "sum": _sum(its, by) if found and tells_sum else "",
        "filter": {key: record.id},
        "preset": preset,
        "may_add": by.may("order", "create") and not by.tenant.is_read_only,
    }


def _sum(its: tuple[ColumnElement[bool], ...], by: Actor) -> str:
    """What orders and returns that were confirmed come to, currency by currency."""
    write = formats(by)
    sums = by.session.execute(
        select(Order.currency, func.sum(Order.total))
        .where(*its, Order.status.in_(STANDING))
        .group_by(Order.currency)
        .order_by(Order.currency)
    ).all()
    return " · ".join(write.money(amount or Decimal(0), currency) for currency, amount in sums)


def _shown(order: Order, beside: str, by: Actor) -> ShownOrder:
    kind, write = tailored("order", by), formats(by)
    lead, told = paper_lead(order, "order", beside, by)
    if sees(kind, "ordered_at", by):
        told.append(write.day(order.ordered_at.astimezone(by.zone).date(), by.today()))
    if sees(kind, "status", by):
        told.append(_state(order, by))
    is_told = order.total is not None and sees(kind, "total", by)
    amount = write.money(order.total or Decimal(0), order.currency) if is_told else ""
    return ShownOrder(f"/orders/{order.id}", lead, " · ".join(told), amount)


def _state(order: Order, by: Actor) -> str:
    """How an order stands, in one word: below its head nobody has to be told what is completed."""
    if order.status == "completed":
        return gettext("Completed")
    return shown_text(tailored("order", by).by_key["status"], order.status, by)
