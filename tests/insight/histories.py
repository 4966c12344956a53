"""Customers with a history of purchases, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.reckon import reckon
from app.insight.operations.runs import begin_run
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.sales.models import Order
from tests.factories import make_account

AS_OF = date(2025, 6, 30)


def bought(by: Actor, account: Account, day: date, amount: str | int = 100, **given: Any) -> Order:
    """A completed order of a customer at noon of a day by the firm's clock."""
    noon = datetime.combine(day, time(12), ZoneInfo(by.tenant.zone))
    order = Order(
        id=new_id(),
        name=account.name,
        status="completed",
        kind=given.pop("kind", "sale"),
        account_id=account.id,
        ordered_at=given.pop("at", noon),
        completed_at=noon,
        currency=by.tenant.currency,
        rate=Decimal(1),
        rate_on=day,
        own_digits=2,
        net=Decimal(amount),
        tax=Decimal(0),
        total=Decimal(amount),
        created_at=by.now,
        updated_at=by.now,
        **given,
    )
    by.session.add(order)
    by.session.flush()
    return order


def gave_back(by: Actor, order: Order, day: date, amount: str | int) -> Order:
    """A completed return of an order."""
    account = by.session.get_one(Account, order.account_id)
    return bought(by, account, day, f"-{amount}", kind="return", returns_id=order.id)


def regular(
    by: Actor,
    name: str,
    last: date,
    *,
    every: int = 30,
    times: int = 6,
    amount: str | int = 100,
) -> Account:
    """A customer who bought so many times at one interval, the last time on `last`."""
    account = make_account(by, name=name)
    for number in range(times):
        bought(by, account, last - timedelta(days=every * number), amount)
    return account


def crowd(by: Actor, size: int = 30, last: date = AS_OF) -> list[Account]:
    """Customers who differ in rhythm, money and the day of their last order."""
    return [
        regular(
            by,
            f"Crowd {number:03}",
            last - timedelta(days=number % 9 * 3),
            every=20 + number % 7 * 5,
            times=3 + number % 6,
            amount=50 + number * 10,
        )
        for number in range(size)
    ]


def on(by: Actor, day: date) -> Actor:
    """Somebody at noon of a day by the firm's clock."""
    return replace(by, now=datetime.combine(day, time(12), ZoneInfo(by.tenant.zone)))


def reckoned(by: Actor, as_of: date = AS_OF) -> InsightRun:
    """The run of a day, made at once."""
    run = begin_run(by, as_of)
    run_id = run.id
    reckon(by, run_id)
    by.session.expire_all()
    return by.session.get_one(InsightRun, run_id)


def found(by: Actor, run: InsightRun, account: Account) -> InsightSnapshot:
    """What a run found of a customer."""
    return by.session.get_one(InsightSnapshot, (run.id, account.id))


def all_of(by: Actor, run: InsightRun) -> list[InsightSnapshot]:
    """Everything that a run found."""
    rows: Iterable[InsightSnapshot] = by.session.scalars(
        select(InsightSnapshot)
        .where(InsightSnapshot.run_id == run.id)
        .order_by(InsightSnapshot.account_id)
    )
    return list(rows)
