"""What a report is: its record type, filters, groups, measures, and the time it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.records.filters import Filter, Node, leaves

MOST_GROUPS = 4
MOST_MEASURES = 6
MOST_SHOWN = 100  # Groups that are named before the rest is "others".
UNITS = ("day", "week", "month", "quarter", "year", "fiscal_year")
USUAL_UNIT = "month"
SORTS = ("", "most", "least")  # Their own order, by the first measure downwards, upwards.
NUMBER = "number"  # One number with its trend.
SHAPES = ("table", "pivot", "bar", "line", "pie", "funnel", NUMBER)
COMPARISONS = ("", "before", "year")
COUNT, DISTINCT, SHARE, RATE = "count", "distinct", "share", "rate"
SUM, AVERAGE, LEAST, GREATEST = "sum", "average", "min", "max"
MEASURES = (COUNT, DISTINCT, SUM, AVERAGE, LEAST, GREATEST, SHARE, RATE)
OF_FIELD = (DISTINCT, SUM, AVERAGE, LEAST, GREATEST)  # What needs a field to be measured.


@dataclass(frozen=True, slots=True)
class Grouped:
    """One group: a field, or one of a record referred to (`account_id.industry`).

    A date has a `unit` (UNITS), a number the `step` of its ranges. Where `most` is given, so many
    groups are named and the others are one. `sort` is one of SORTS.
    """

    key: str
    unit: str = ""
    step: Decimal | None = None
    most: int = 0
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of each group: `what` is one of MEASURES, `key` the field that it is of.

    A rate is the count of the rows that fit `part` in a hundred of those that fit `whole`. A share
    is of the count where it names no field, else of the sum.
    """

    what: str = COUNT
    key: str = ""
    part: tuple[Node, ...] = ()
    whole: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a report looks at: a date, and what it must lie in.

    `text` is a period by its name (`this_month`, `last_30_days`) or two days joined by a comma.
    `compare` sets the period before it beside it, or the same one a year earlier (COMPARISONS).
    """

    key: str
    text: str
    compare: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole report; `shape` is how it is drawn at first (SHAPES).

    `drawn` is the place among `measures` of the one that a chart draws.
    """

    record_type: str
    groups: tuple[Grouped, ...] = ()
    measures: tuple[Measure, ...] = (Measure(),)
    filters: tuple[Node, ...] = ()
    period: Period | None = None
    shape: str = "table"
    drawn: int = 0

    def conditions(self) -> Iterator[Filter]:
        """Every single condition that leaves rows out of the whole report."""
        yield from leaves(self.filters)
