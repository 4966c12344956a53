"""What a source of daily rates answers: JSON or XML, in the forms that such sources use.

JSON: {"base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.16, ...}}. XML: the daily file of
the European Central Bank, whose rates are for one euro. A rate says how much of a currency one unit
of the base is worth; the workspace keeps the other way round, so the rates are divided.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any
from xml.etree import ElementTree

from app.kernel.currencies import CODES
from app.records.money.models import DECIMALS
from app.records.money.rates import EXACT, ONE
from app.records.money.reading import MOST_RATE, Quote

EURO = "EUR"
SMALLEST = Decimal(1).scaleb(-DECIMALS)
LEAST_TOLD = 1 / MOST_RATE
LONGEST = 40  # Characters of a rate that can't be right, as it is told.


class Unread(ValueError):
    """What came is no file of rates, or none of this workspace's; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DailyRates:
    """The rates of a day: what one unit of `base` is worth in each currency.

    `absurd` are those that can't be right, as they were told: none, negative, beyond all measure.
    """

    base: str
    day: date
    rates: Mapping[str, Decimal]
    absurd: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quotes:
    """The rates that a workspace keeps of a day, and those that were refused, as they were told."""

    kept: list[Quote]
    refused: Mapping[str, str]


def read_daily(body: bytes) -> DailyRates:
    """The rates that an answer holds; Unread("format") where it holds none."""
    try:
        text = body.decode("utf-8-sig").strip()
        found = _from_json(text) if text.startswith("{") else _from_xml(text)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        ArithmeticError,
        ElementTree.ParseError,
    ):
        raise Unread("format") from None
    if not found.rates and not found.absurd:
        raise Unread("format")
    return found


def quotes_of(daily: DailyRates, own: str, wanted: Collection[str]) -> Quotes:
    """The wanted rates in the workspace's own currency, and those that can't be right.

    Unread("currency") where the own one is not told, Unread("absurd") where that can't be right.
    """
    worth = {**daily.rates, daily.base: ONE}
    if own not in worth:
        raise Unread("absurd" if own in daily.absurd else "currency")
    kept, refused = [], {one: daily.absurd[one] for one in sorted(wanted) if one in daily.absurd}
    with localcontext() as context:
        context.prec = EXACT
        for currency in sorted(set(wanted) & worth.keys() - {own}):
            rate = worth[own] / worth[currency]
            # Rounded only once it is known to have no more digits than there is room for.
            if SMALLEST <= rate < MOST_RATE and currency not in refused:
                kept.append(Quote(currency, daily.day, rate.quantize(SMALLEST)))
            else:
                refused.setdefault(currency, str(worth[currency]))
    return Quotes(kept, refused)


def _from_json(text: str) -> DailyRates:
    told = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    base = told.get("base") or told.get("base_code")
    day = date.fromisoformat(told["date"])
    return DailyRates(_code(base), day, *_rates(told["rates"].items()))


def _from_xml(text: str) -> DailyRates:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unread("format")  # A file of rates defines nothing, and a bomb does.
    root = ElementTree.fromstring(text)  # noqa: S314 - Without definitions nothing can grow.
    days = [one for one in root.iter() if one.get("time")]
    if not days:
        raise Unread("format")
    latest = max(days, key=lambda one: date.fromisoformat(str(one.get("time"))))
    told = [(one.get("currency"), one.get("rate")) for one in latest if one.get("currency")]
    return DailyRates(EURO, date.fromisoformat(str(latest.get("time"))), *_rates(told))


def _rates(told: Any) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The currencies that we know with their rates, and those whose rate can't be right."""
    found: dict[str, Decimal] = {}
    absurd: dict[str, str] = {}
    for code, rate in told:
        if not isinstance(code, str) or code not in CODES:
            continue
        number = None if isinstance(rate, bool) else _number(rate)
        if number is not None and LEAST_TOLD <= number < MOST_RATE:
            found[code] = number
        else:
            absurd[code] = str(rate)[:LONGEST]
    return found, absurd


def _number(rate: Any) -> Decimal | None:
    try:
        number = Decimal(rate)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return number if number.is_finite() else None


def _code(text: Any) -> str:
    if text not in CODES:
        raise Unread("format")
    return str(text)
