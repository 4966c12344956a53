"""What sales offer others to reckon with: what customers bought, and what they may buy next."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, select

from app.crm.models import Account
from app.crm.models.account import COLLECTIVE
from app.kernel.actor import Actor
from app.records.datasets import Dataset
from app.records.registry import registry
from app.sales.models import Opportunity, Order
from app.sales.models.opportunity import OPEN
from app.sales.models.order import RETURN

WHOLE = 100  # Percent.


def purchases(_by: Actor) -> Select[Any]:
    """Completed orders and returns that name a customer; what unnamed buyers bought is nobody's.

    `account_id`, `at` (when it was bought, or given back), `amount` (without tax, in the firm's
    currency, below zero for what goes back), `margin` (the same; NULL where a cost is not known),
    `given` (the amount in the order's own currency), `is_return`, `record_id`, and of a return
    `of_id`, the order that it takes back, where it names one. In the shape of the index
    `ix_orders_bought`.
    """
    prices = registry().type("order").prices
    unnamed = select(Account.id).where(Account.kind == COLLECTIVE)
    return select(
        Order.account_id,
        Order.ordered_at.label("at"),
        func.coalesce(prices["net"].expression, 0).label("amount"),
        prices["margin"].expression.label("margin"),
        func.coalesce(Order.net, 0).label("given"),
        (Order.kind == RETURN).label("is_return"),
        Order.id.label("record_id"),
        Order.returns_id.label("of_id"),
    ).where(
        Order.status == "completed",
        Order.deleted_at.is_(None),
        Order.account_id.is_not(None),
        Order.account_id.not_in(unnamed),
    )


def open_sales(_by: Actor) -> Select[Any]:
    """Open opportunities of customers: `account_id`, `amount` by its chance, `record_id`, `since`.

    They are those that are open now, `since` the moment at which each began.
    """
    worth: Any = registry().type("opportunity").prices["amount"].expression
    found: Select[Any] = select(
        Opportunity.account_id,
        (worth * Opportunity.probability / WHOLE).label("amount"),
        Opportunity.id.label("record_id"),
        Opportunity.created_at.label("since"),
    ).where(
        and_(
            Opportunity.outcome == OPEN,
            Opportunity.deleted_at.is_(None),
            Opportunity.account_id.is_not(None),
            Opportunity.amount.is_not(None),
        )
    )
    return found


DATASETS = (
    Dataset(
        "purchases",
        purchases,
        (("order", ("account_id", "ordered_at", "status", "kind", "net")),),
    ),
    Dataset(
        "open_sales",
        open_sales,
        (("opportunity", ("account_id", "amount", "probability", "outcome")),),
    ),
)
