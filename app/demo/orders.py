"""Orders of the demo: of the quotes that were accepted, and of customers who ordered directly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Product
from app.demo.quotes import acting
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.records.door import perform
from app.sales.models import Order

MANY = 38  # Ordered directly, over half a year.
BUYERS = 13
# How far orders have come, the newest first; what was ordered long ago is completed.
WAYS: Sequence[Sequence[str]] = (
    (),
    ("confirm",),
    ("confirm", "deliver"),
    ("confirm", "deliver", "complete"),
    ("confirm",),
)
DONE = ("confirm", "deliver", "complete")


def load_orders(by: Actor, owner: UUID, sellers: Sequence[UUID]) -> None:
    """Make the orders of a workspace once, each by who looks after its customer."""
    direct = select(Order.id).where(Order.quote_id.is_(None)).limit(1)
    if not by.tenant.allows("sales") or by.session.scalar(direct) is not None:
        return
    quoted = by.session.scalars(select(Order).order_by(Order.created_at, Order.id)).all()
    for order in quoted:
        _walk(order, ("confirm",), acting(by, owner, timedelta(hours=1)))
    accounts = by.session.scalars(
        select(Account)
        .where(Account.deleted_at.is_(None), Account.owner_id.in_(sellers))
        .order_by(Account.created_at, Account.id)
        .limit(BUYERS)
    ).all()
    products = by.session.scalars(
        select(Product)
        .where(
            Product.deleted_at.is_(None),
            Product.status == "active",
            Product.list_price.is_not(None),
            Product.currency == by.tenant.currency,
        )
        .order_by(Product.number_sort)
    ).all()
    if not accounts or not products:
        return
    for number in range(MANY):
        account = accounts[number * 5 % len(accounts)]
        ago = timedelta(days=number * 5 + 1, hours=number % 7)
        maker = acting(by, account.owner_id or owner, ago)
        if maker.may("order", "create"):
            _order(maker, number, account, products, acting(by, owner, ago))


def _order(
    by: Actor, number: int, account: Account, products: Sequence[Product], boss: Actor
) -> None:
    lines = [
        {
            "product_id": str(products[(number * 7 + at * 3) % len(products)].id),
            "quantity": str((number % 4 + 1) * (at + 2)),
        }
        for at in range(1 + number % 3)
    ]
    order = cast(
        "Order",
        perform(
            "order",
            "create",
            by=by,
            account_id=str(account.id),
            payment_days=14,
            deposit="30",
            deliver_on=(by.today() + timedelta(days=12)).isoformat(),
            lines=lines,
        ),
    )
    way = WAYS[number % len(WAYS)] if number < 2 * len(WAYS) else DONE
    _walk(order, way, boss)
    if order.status == "completed" and number % 11 == 0:
        perform("order", "credit", order, by=boss)


def _walk(order: Order, way: Sequence[str], by: Actor) -> None:
    for verb in way:
        try:
            perform("order", verb, order, by=by)
        except (Held, Refused):
            return  # It stays as it is: the customer's terms forbid it.
