"""Months, years and parts of them, and what a part of a price comes to."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction


def after(start: int, interval: str, times: int = 1, *, anchor_day: int | None = None) -> int:
    """The moment `times` months or years after `start`; the 31st becomes the last of the month."""
    moment = datetime.fromtimestamp(start, UTC)
    months = moment.month - 1 + times * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(anchor_day or moment.day, monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


@dataclass(frozen=True, slots=True)
class Part:
    """What is left of a period at a moment."""

    start: int
    end: int
    at: int

    def of(self, amount: int) -> int:
        """As much of `amount`, rounded half up to a whole cent, as falls to what is left."""
        share = Fraction(max(self.end - self.at, 0), max(self.end - self.start, 1))
        exact = share * abs(amount)
        whole = int(exact + Fraction(1, 2))
        return whole if amount >= 0 else -whole
