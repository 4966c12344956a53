"""The days that a calendar shows around one of them: of a month, of a week, or the day alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.kernel.actor import Actor
from app.kernel.weeks import first_weekday
from app.records.lenses.lens import DAY, MONTH, WEEK

FIRST_YEAR, LAST_YEAR = 1901, 2199  # Beyond which no date of a record can lie.


def read_day(text: str, by: Actor) -> date:
    """The day that an address asks for; today where it asks for none that there can be."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return by.today()
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else by.today()


def days_shown(span: str, on: date, by: Actor) -> Sequence[date]:
    """The days to show: whole weeks as the reader's calendar has them, or one day."""
    if span == DAY:
        return (on,)
    begins = first_weekday(by.language, by.tenant.country)
    first = on.replace(day=1) if span == MONTH else on
    first -= timedelta(days=(first.weekday() - begins) % 7)
    beyond = _month_after(on) if span == MONTH else first + timedelta(weeks=1)
    weeks = -(-(beyond - first).days // 7)
    return tuple(first + timedelta(days=number) for number in range(weeks * 7))


def beside(span: str, on: date, step: int) -> date:
    """A day in the span before (-1) or after (1) the one that `on` lies in."""
    if span == MONTH:
        number = on.year * 12 + on.month - 1 + step
        return date(number // 12, number % 12 + 1, 1)
    return on + timedelta(days=step * (7 if span == WEEK else 1))


def _month_after(on: date) -> date:
    return beside(MONTH, on, 1)
