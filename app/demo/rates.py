"""What other currencies were worth to a demo workspace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.demo.corpora import rows
from app.kernel.actor import Actor
from app.records.money.models import Source
from app.records.money.operations import keep_rates
from app.records.money.reading import Quote

COLUMNS = ("USD", "EUR", "GBP")


def load_rates(by: Actor, slug: str) -> None:
    """Write the monthly rates of a demo workspace."""
    quotes = [
        Quote(currency, date.fromisoformat(day), Decimal(rate))
        for day, *rates in rows(f"rates_{slug}")
        for currency, rate in zip(COLUMNS, rates, strict=True)
    ]
    keep_rates(by, quotes, Source.SHIPPED)
