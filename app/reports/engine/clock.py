"""The firm's clock: reports count days, weeks and years as the firm does, whoever reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.filters import read_list
from app.records.filters.periods import Days, days_called
from app.records.values import Unfit
from app.reports.engine.definition import Definition

YEAR = timedelta(days=364)  # Whole weeks.


def on_firms_clock(by: Actor) -> Actor:
    """The same actor, whose days begin at the firm's midnight and weeks as the firm's do."""
    return replace(by, zone=ZoneInfo(by.tenant.zone), language=by.tenant.language)


def read_days(text: str, by: Actor) -> Days:
    """The days of a period: by its name, or from one day to another; Refused where it is none."""
    try:
        found = days_called(text, by)
        if found is not None:
            return found
        parts = [date.fromisoformat(one.strip()) for one in read_list(text)]
        first, last = parts[0], parts[-1]
        if len(parts) > 2 or last < first or not 1900 <= first.year <= last.year <= 2200:
            raise ValueError(text)
    except (ValueError, OverflowError, Unfit):
        message = _("Choose a period, or give its first and last day.")
        raise Refused(message, field="period") from None
    return first, last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The days that a period is compared with, and how far they lie back.

    A day of then stands beside the one `months` later in a month's, quarter's or year's group, and
    the one `days` later in that of a day or a week. Without `months` all groups go by days: a
    period that is no whole months would else reach into a month that it has no day of. Of what is
    under way `is_so_far` is true: only as much of the earlier time is compared as has passed.
    """

    days_then: Days
    months: int
    days: int
    is_so_far: bool = False


def earlier(
    days: Days, compare: str, *, by_days: bool = False, until: date | None = None
) -> Earlier:
    """What `days` are compared with: what lies before them, or the same a year earlier.

    Grouped `by_days` (or weeks), the year before is as many weeks earlier, so that a Monday stands
    beside a Monday and none beside a day that is not asked for. Where they have passed `until` some
    day only, the earlier ones end with the day that stands beside it.
    """
    found = _whole(days, compare, by_days=by_days)
    first, beyond = days
    if until is None or not first <= until < beyond - timedelta(days=1):
        return found
    back = timedelta(days=found.days)
    last = _months_before(until, found.months) if found.months else until - back
    start, end = found.days_then
    return replace(found, days_then=(start, min(last + timedelta(days=1), end)), is_so_far=True)


def _whole(days: Days, compare: str, *, by_days: bool) -> Earlier:
    first, beyond = days
    if compare == "year" and not by_days:
        return Earlier((_months_before(first, 12), _months_before(beyond, 12)), 12, YEAR.days)
    is_whole = first.day == 1 and beyond.day == 1
    if compare != "year" and is_whole:
        months = (beyond.year - first.year) * 12 + beyond.month - first.month
        then = (_months_before(first, months), first)
        return Earlier(then, months, (first - then[0]).days)
    back = YEAR if compare == "year" else beyond - first
    return Earlier((first - back, beyond - back), 0, back.days)


def goes_by_days(definition: Definition) -> bool:
    """True for a report that groups the date of its period by days or weeks."""
    key = definition.period.key if definition.period is not None else ""
    return any(one.key == key and one.unit in ("day", "week") for one in definition.groups)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    number = day.year * 12 + day.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
