"""What customers of the demo bought over two years, so that values and warnings have a ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import func, insert, select

from app.crm.models import Account, Product
from app.insight.operations.reckon import reckon
from app.insight.operations.runs import begin_nightly
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.ids import new_id
from app.kernel.localized import pick
from app.kernel.searchkeys import grams, number_key, search_text
from app.sales.lines.arithmetic import to_cents
from app.sales.models import Order, OrderLine

BUYERS = 54
SEED = 7
TAX = Decimal(13)
DAYS = 720


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody buys: every so many days, for how long by now they have been silent."""

    every: int
    silent: int
    size: int  # Times of the usual amount.
    fading: bool = False


def load_history(by: Actor) -> None:
    """Write completed orders of two years once, and reckon what they tell."""
    number = select(func.count()).where(Order.number.like("H-%"))
    if not by.tenant.allows("sales") or by.session.scalar(number):
        return
    accounts = by.session.scalars(
        select(Account)
        .where(Account.deleted_at.is_(None), Account.lifecycle == "customer")
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
    draws = Random(SEED)  # noqa: S311  Not a secret.
    orders, lines = list[dict[str, object]](), list[dict[str, object]]()
    for place, account in enumerate(accounts):
        habit = _habit(place, draws)
        for day in _days(habit, draws):
            there = (by.now - timedelta(days=day)).astimezone(by.zone)
            moment = there.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)
            order, its = _order(len(orders) + 1, (account, habit.size), products, moment, draws, by)
            orders.append(order)
            lines += its
    by.session.execute(insert(Order), orders)
    by.session.execute(insert(OrderLine), lines)


def load_insight(by: Actor) -> None:
    """Reckon the customers of a workspace once."""
    run = begin_nightly(by)
    if run is not None:
        reckon(by, run.id, in_steps=False)


def _habit(place: int, draws: Random) -> Habit:
    """Of nine customers six are steady, one fades, one is late, one is gone."""
    every = draws.choice((18, 24, 30, 36, 45, 60))
    size = draws.choice((1, 1, 2, 3, 5, 8))
    kind = place % 9
    if kind == 3:
        return Habit(every, every * 3, size)
    if kind == 6:
        return Habit(min(every, 36), draws.randrange(5, 15), size, fading=True)
    if kind == 8:
        return Habit(every, 400, size)
    return Habit(every, draws.randrange(1, every), size)


def _days(habit: Habit, draws: Random) -> list[int]:
    """How many days ago somebody bought, the latest first."""
    day, found = habit.silent, list[int]()
    while day < DAYS and len(found) < 20:
        found.append(day)
        slow = 3 if habit.fading and day < 80 else 1
        day += max(3, round(habit.every * slow * draws.uniform(0.7, 1.3)))
    return found


def _order(
    number: int,
    buyer: tuple[Account, int],
    products: Sequence[Product],
    moment: datetime,
    draws: Random,
    by: Actor,
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """One completed order with its lines."""
    account, size = buyer
    currency, order_id = by.tenant.currency, new_id()
    lines = []
    for position in range(draws.randrange(1, 4)):
        product = draws.choice(products)
        price = product.list_price or Decimal(1)
        count = Decimal(draws.randrange(1, 6) * size)
        cost = product.cost if product.currency == currency else None
        lines.append(
            {
                "id": new_id(),
                "order_id": order_id,
                "position": position,
                "product_id": product.id,
                "name": pick(product.name.texts, by.tenant.language),
                "quantity": count,
                "unit": product.unit,
                "unit_price": price,
                "list_price": price,
                "discount": Decimal(0),
                "discount_amount": Decimal(0),
                "tax_rate": TAX,
                "unit_cost": cost,
                "net": to_cents(price * count, currency),
                "cost": None if cost is None else to_cents(cost * count, currency),
            }
        )
    net = sum((Decimal(str(one["net"])) for one in lines), Decimal(0))
    tax = to_cents(net * TAX / 100, currency)
    costs = [one["cost"] for one in lines]
    cost = None if None in costs else sum((Decimal(str(one)) for one in costs), Decimal(0))
    order = {
        "id": order_id,
        "number": f"H-{number:05}",
        "number_sort": number_key(f"H-{number:05}"),
        "name": account.name,
        "name_sort": account.name_sort,
        "status": "completed",
        "kind": "sale",
        "account_id": account.id,
        "owner_id": account.owner_id,
        "country": account.country,
        "ordered_at": moment,
        "confirmed_at": moment,
        "delivered_at": moment + timedelta(days=3),
        "completed_at": moment + timedelta(days=5),
        "currency": currency,
        "rate": Decimal(1),
        "rate_on": moment.date(),
        "own_digits": digits_of(currency),
        "net": net,
        "tax": tax,
        "total": net + tax,
        "discount": Decimal(0),
        "cost": cost,
        "margin": None if cost is None else net - cost,
        "search_text": search_text((f"H-{number:05}", account.name)),
        "search_grams": grams((f"H-{number:05}", account.name)),
        "created_at": moment,
        "created_by_id": account.owner_id,
        "updated_at": moment,
        "updated_by_id": account.owner_id,
    }
    return order, lines
