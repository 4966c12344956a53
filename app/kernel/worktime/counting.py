"""Counting in business time: what is due when, and how long something took.

Durations are of real time within opening hours, so a day on which the clock changes counts the
hours that people really worked. `add_business_time` and `business_time_between` undo one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from app.kernel.worktime.calendar import Opening, WorkCalendar

NOTHING = timedelta(0)
ONE_DAY = timedelta(days=1)
LONGEST_CLOSED = 800  # Days in a row; a calendar that is closed for longer never opens.


class NeverOpen(ValueError):
    """The calendar has no hours at all, so nothing can be due in them."""


def is_open(calendar: WorkCalendar, moment: datetime) -> bool:
    """True within the hours of the calendar; at their end it is closed."""
    day = moment.astimezone(calendar.zone).date()
    return any(start <= moment < end for start, end in calendar.openings(day))


def next_open(calendar: WorkCalendar, moment: datetime) -> datetime:
    """The moment itself where it is open then, else the next one at which it opens, in UTC."""
    moment = moment.astimezone(UTC)
    for start, end in _onwards(calendar, moment):
        if end > moment:
            return max(start, moment)
    raise NeverOpen


def add_business_time(calendar: WorkCalendar, start: datetime, duration: timedelta) -> datetime:
    """When so much business time has passed since `start`, in UTC; NeverOpen without any hours.

    The end of a working day comes before the beginning of the next one, which is as far. A negative
    duration goes back. Nothing leaves the moment where it is, open or not.
    """
    moment = start.astimezone(UTC)
    if duration < NOTHING:
        return _back(calendar, moment, -duration)
    left = duration
    if left == NOTHING:
        return moment
    for opening, end in _onwards(calendar, moment):
        begin = max(opening, moment)
        if end - begin >= left:
            return begin + left
        left -= max(end - begin, NOTHING)
    raise NeverOpen


def business_time_between(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """How much business time lies between two moments; negative where `end` comes first."""
    if end < start:
        return -business_time_between(calendar, end, start)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    day, last = _local_day(calendar, start), _local_day(calendar, end)
    total = NOTHING
    while day <= last:
        for opening, closing in calendar.openings(day):
            total += max(min(closing, end) - max(opening, start), NOTHING)
        day += ONE_DAY
    return total


def _back(calendar: WorkCalendar, moment: datetime, left: timedelta) -> datetime:
    day, closed = _local_day(calendar, moment), 0
    while closed <= LONGEST_CLOSED:
        openings = calendar.openings(day)
        closed = 0 if openings else closed + 1
        for opening, end in reversed(openings):
            until = min(end, moment)
            if until - opening >= left:
                return until - left
            left -= max(until - opening, NOTHING)
        day -= ONE_DAY
    raise NeverOpen


def _onwards(calendar: WorkCalendar, moment: datetime) -> Iterator[Opening]:
    """Every opening from the day of a moment on, until the calendar has been closed for years."""
    day, closed = _local_day(calendar, moment), 0
    while closed <= LONGEST_CLOSED:
        openings = calendar.openings(day)
        closed = 0 if openings else closed + 1
        yield from openings
        day += ONE_DAY


def _local_day(calendar: WorkCalendar, moment: datetime) -> date:
    return moment.astimezone(calendar.zone).date()
