"""The fiscal year of a firm: which year and quarter a day belongs to, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.language import gettext


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A year that begins with `first_month`, named by the calendar year in which it ends.

    With `named_by_start` it is named by the one in which it begins. A year that begins in January
    is the calendar year either way.
    """

    first_month: int = 1
    named_by_start: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.first_month <= 12:
            raise ValueError("A year has twelve months.")

    def year_of(self, day: date) -> int:
        """The fiscal year that a day belongs to, by its name."""
        return self._begun_in(day) + self._shift

    def quarter_of(self, day: date) -> int:
        """The quarter of the fiscal year, from 1 to 4."""
        return self.month_of(day) // 3 + 1

    def month_of(self, day: date) -> int:
        """How many months of the fiscal year were over before that of a day, from 0 to 11."""
        return (day.month - self.first_month) % 12

    def first_day(self, year: int, quarter: int = 1) -> date:
        """The first day of a fiscal year, or of one of its quarters."""
        months = self.first_month - 1 + (quarter - 1) * 3
        return date(year - self._shift + months // 12, months % 12 + 1, 1)

    def last_day(self, year: int, quarter: int | None = None) -> date:
        """The last day of a fiscal year, or of one of its quarters."""
        if quarter is None or quarter == 4:
            return self.first_day(year + 1) - timedelta(days=1)
        return self.first_day(year, quarter + 1) - timedelta(days=1)

    def year_label(self, year: int) -> str:
        """FY2026, 2026 财年."""
        return gettext("FY%(year)s", year=year)

    def quarter_label(self, year: int, quarter: int) -> str:
        """FY2026 Q1, 2026 财年第 1 季度."""
        return gettext("FY%(year)s Q%(quarter)s", year=year, quarter=quarter)

    def label(self, day: date) -> str:
        """The quarter of a day in words, in the language in use."""
        return self.quarter_label(self.year_of(day), self.quarter_of(day))

    @property
    def _shift(self) -> int:
        """How many years after the one in which it begins the year is named."""
        return 0 if self.first_month == 1 or self.named_by_start else 1

    def _begun_in(self, day: date) -> int:
        return day.year if day.month >= self.first_month else day.year - 1
