"""The firm's hours behind the hours of a calendar: where a day begins, and what lies outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.worktime import WorkCalendar
from app.records.pages.hours import IN_DAY, spread

ONE_DAY = timedelta(days=1)


def shut_on(firm: WorkCalendar, day: date, zone: ZoneInfo) -> list[str]:
    """The places on a day of the clock of `zone` at which the firm does not work, as words."""
    found, at = [], 0
    for start, end in [*_open_on(firm, day, zone), (IN_DAY, IN_DAY)]:
        if at < start:
            found.append(spread(at, start))
        at = max(at, end)
    return found


def opens_at(firm: WorkCalendar, days: Sequence[date], zone: ZoneInfo, usual: int) -> int:
    """The first hour at which the firm works on any of these days.

    Where they are all days off it is the hour of the next day that is none; `usual` where there is
    no such within two weeks.
    """
    after = (days[-1] + ONE_DAY * number for number in range(1, 15))
    some: Iterable[Sequence[date]] = (days, *((day,) for day in after))
    for group in some:
        slots = [start for day in group for start, _end in _open_on(firm, day, zone)]
        if slots:
            return min(slots) * 24 // IN_DAY
    return usual


def _open_on(firm: WorkCalendar, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The slots of a day in which the firm works, in order; its own day may be another one."""
    for near in (day - ONE_DAY, day, day + ONE_DAY):
        for opening in firm.openings(near):
            start, end = (_slot(one.astimezone(zone), day) for one in opening)
            if start < end:
                yield start, end


def _slot(moment: datetime, day: date) -> int:
    """Where a moment stands on a day: at one of its ends where it lies beyond."""
    if moment.date() != day:
        return 0 if moment.date() < day else IN_DAY
    return (moment.hour * 60 + moment.minute) * IN_DAY // (24 * 60)
