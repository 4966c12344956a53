"""What an amount is worth in another currency on a day.

The rate of a day is the last one at or before it. Where there is none, that is an error with words:
an amount is never taken for nothing, nor one currency for another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.currencies import rounded
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.remembered import Remembered
from app.records.money.models import ExchangeRate

ONE = Decimal(1)
EXACT = 50  # Digits of what is between two roundings: an amount has 18, a rate 24.


STAMP = "rates"  # Drawn by whoever writes a rate.
KEPT = 4096  # Rates of days, and workspaces' currencies, that a process remembers.


@dataclass(frozen=True, slots=True)
class Found:
    """The rate of a day, where there is one."""

    rate: Decimal | None


_rates: Remembered[Found] = Remembered(KEPT)
_in_use: Remembered[tuple[str, ...]] = Remembered(KEPT)


class MissingRate(Refused):
    """There is no rate of `currency` at or before `on`."""

    def __init__(self, currency: str, on: date) -> None:
        super().__init__(missing_rate(currency, on), field="currency")
        self.currency = currency
        self.on = on


def missing_rate(currency: str, on: date) -> Text:
    """What is said where there is no rate."""
    return _(
        "There is no exchange rate of %(currency)s for %(day)s or before. Enter one in the"
        " settings, under Currencies.",
        currency=currency,
        day=on.isoformat(),
    )


def rate_then(by: Actor, currency: str, on: date) -> Decimal | None:
    """The rate of a day, or None; remembered under a stamp, so a file of amounts asks it once."""
    if currency == by.tenant.currency:
        return ONE
    mark = stamps.stamp(by.session, STAMP)
    return _rates.get((by.tenant.id, mark, currency, on), lambda: _rate_then(by, currency, on)).rate


def _rate_then(by: Actor, currency: str, on: date) -> Found:
    return Found(
        by.session.scalar(
            select(ExchangeRate.rate)
            .where(ExchangeRate.currency == currency, ExchangeRate.rate_on <= on)
            .order_by(ExchangeRate.rate_on.desc())
            .limit(1)
        )
    )


def rate_of(by: Actor, currency: str, on: date) -> Decimal:
    """What one unit of a currency was worth in the workspace's own on a day; else MissingRate."""
    return rates_of(by, (currency,), on)[currency]


def rates_of(by: Actor, currencies: Iterable[str], on: date) -> dict[str, Decimal]:
    """The same of several currencies in one statement, and in none where all are the own one."""
    wanted = sorted(set(currencies))
    found = {by.tenant.currency: ONE}
    foreign = [one for one in wanted if one not in found]
    if foreign:
        rows = by.session.execute(
            select(ExchangeRate.currency, ExchangeRate.rate)
            .where(ExchangeRate.currency.in_(foreign), ExchangeRate.rate_on <= on)
            .ext(distinct_on(ExchangeRate.currency))
            .order_by(ExchangeRate.currency, ExchangeRate.rate_on.desc())
        )
        found |= {row.currency: row.rate for row in rows}
    for one in foreign:
        if one not in found:
            raise MissingRate(one, on)
    return {one: found[one] for one in wanted}


def convert(by: Actor, amount: Decimal, source: str, target: str, on: date) -> Decimal:
    """An amount in `source` turned into `target` by the rates of a day, rounded to its digits.

    Two foreign currencies are turned by way of the workspace's own, without rounding between.
    MissingRate where one of them has no rate yet.
    """
    if source == target:
        return rounded(amount, target)
    rates = rates_of(by, (source, target), on)
    return turned(amount, rates[source], rates[target], target)


def turned(amount: Decimal, rate: Decimal, by_rate: Decimal, target: str) -> Decimal:
    """An amount turned into `target` by two rates to the own currency, such as a document's own."""
    with localcontext() as context:
        context.prec = EXACT
        return rounded(amount * rate / by_rate, target)


def currencies_in_use(by: Actor) -> list[str]:
    """The own currency, then all that have a rate, by code; remembered under a stamp."""
    mark = stamps.stamp(by.session, STAMP)
    return list(_in_use.get((by.tenant.id, mark), lambda: tuple(_currencies_in_use(by))))


def _currencies_in_use(by: Actor) -> list[str]:
    rows = by.session.scalars(
        select(ExchangeRate.currency).distinct().order_by(ExchangeRate.currency)
    )
    return [by.tenant.currency, *(one for one in rows if one != by.tenant.currency)]
