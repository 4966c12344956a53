"""Groups by a date as they follow each other, those without any record among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.kernel.actor import Actor
from app.records.filters.periods import PERIODS
from app.reports.engine.clock import read_days
from app.reports.engine.definition import SUM
from app.reports.engine.drill import day_after
from app.reports.engine.kinds import DATES
from app.reports.engine.labels import label_of
from app.reports.engine.order import labels_of
from app.reports.engine.result import VALUE, Cells, Member, Number, Place, Result

MOST_STARTS = 400
FISCAL = "fiscal_year"
STEADY = ("month", "quarter", "year")


def unit_starts(result: Result, known: Sequence[date]) -> list[date]:
    """The first day of each unit of the time of the first group, those without any record too.

    Where there would be too many of them, and where the report has no period, of those with any.
    """
    meaning = result.meaning
    unit, period = result.dimensions[0].asked.unit, meaning.asked.period
    if period is None or period.key != result.dimensions[0].asked.key or unit == FISCAL:
        first, last = min(known, default=None), max(known, default=None)
    else:
        start, beyond = read_days(period.text, meaning.firm)
        first = start if unit == "day" else PERIODS[unit](start, 0, meaning.firm)[0]
        last = beyond - timedelta(days=1)
    found = list[date]()
    while first is not None and last is not None and first <= last:
        found.append(first)
        if len(found) > MOST_STARTS:
            return sorted(known)
        first = day_after(first, unit, meaning.firm)
    return found


def is_timeline(result: Result) -> bool:
    """True where the first group is a date that runs as time does, and not by size."""
    if not result.dimensions or result.is_cut:
        return False
    first = result.dimensions[0]
    return first.kind in DATES and not first.asked.sort


def has_steady_time(result: Result) -> bool:
    """True of a timeline by months or longer over a period, every one of which is a row."""
    if not is_timeline(result):
        return False
    first, period = result.dimensions[0].asked, result.meaning.asked.period
    return period is not None and period.key == first.key and first.unit in STEADY


def along(result: Result, by: Actor, most: int) -> list[tuple[Member, str]]:
    """The first groups in their order with their names; a timeline without holes.

    What is still to come and has nothing yet is left out; so is what fills the holes, where there
    would be more than `most` groups.
    """
    found = labels_of(result, 0, by)
    if not is_timeline(result):
        return found
    known = [one.value for one, _label in found if one.state == VALUE]
    met = set(known)
    last = max([result.today, *known])
    missing = [one for one in unit_starts(result, known) if one <= last and one not in met]
    if len(found) + len(missing) > most:
        return found
    dimension = result.dimensions[0]
    holes = [Member(VALUE, one) for one in missing]
    named = [*found, *((one, label_of(dimension, one, by)) for one in holes)]
    dated = sorted((one for one in named if one[0].state == VALUE), key=lambda one: one[0].value)
    return [*dated, *(one for one in found if one[0].state != VALUE)]


def number_at(result: Result, place: Place, number: int) -> Number:
    """A number of a place; on a timeline a sum is zero where no record is."""
    found = result.at(place)[number]
    return found if _has(result.cells, place) else _empty(result, place, number, found)


def number_then(result: Result, place: Place, number: int) -> Number:
    """The number of the time before; None where the report compares with none."""
    then = result.then(place)
    if then is None:
        return None
    found = then[number]
    return found if _has(result.before or {}, place) else _empty(result, place, number, found)


def _has(cells: Cells, place: Place) -> bool:
    """True where a record is in a place; the whole of none stands there alone."""
    return place in cells and (len(cells) > 1 or any(one is not None for one in place))


def _empty(result: Result, place: Place, number: int, found: Number) -> Number:
    """What stands where no record is: a count is zero anyhow, a sum on a timeline, too."""
    is_sum = result.measures[number].asked.what == SUM
    return 0 if is_sum and is_timeline(result) and not result.is_to_come(place) else found
