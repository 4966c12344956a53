"""The calendar of a firm: weekly hours with breaks, holidays, days of its own, a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.kernel.worktime.public import public_year

DAY = 24 * 60  # Minutes.
ONE_MINUTE = timedelta(minutes=1)
KEPT_DAYS = 200_000  # Days of all calendars that a process remembers.

Opening = tuple[datetime, datetime]  # In UTC, the end not included.


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a day in which people work, in minutes since midnight; it may end at 24:00."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY:
            raise ValueError(f"{self.start} to {self.end} is no part of a day.")

    def __str__(self) -> str:
        return f"{clock(self.start)}–{clock(self.end)}"


Spans = tuple[Span, ...]
Week = tuple[Spans, ...]  # From Monday to Sunday.


@dataclass(frozen=True)
class WorkCalendar:
    """When a firm works.

    `week` are the hours of Monday to Sunday. `country` and `region` say whose public holidays are
    kept and which weekend days are worked; `days` are the firm's own: no hours is a day off, and
    they come before everything else.
    """

    week: Week
    zone: ZoneInfo
    country: str = ""
    region: str = ""
    days: Mapping[date, Spans] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("A week has seven days.")
        for spans in (*self.week, *self.days.values()):
            if any(one.end > other.start for one, other in pairwise(spans)):
                raise ValueError("The hours of a day overlap, or are out of order.")

    @property
    def usual(self) -> Spans:
        """The hours of the first day of the week that has any: those of a worked weekend day."""
        return next((spans for spans in self.week if spans), ())

    def spans_of(self, day: date) -> Spans:
        """The hours of a day: its own, else none on a holiday, else those of the weekday."""
        own = self.days.get(day)
        if own is not None:
            return own
        hours = self.week[day.weekday()]
        if not self.country:
            return hours
        public = public_year(self.country, self.region, day.year)
        if day in public.worked:
            return hours or self.usual
        return () if day in public.off else hours

    def openings(self, day: date) -> tuple[Opening, ...]:
        """The same as moments in UTC; an hour that a clock change takes away is not there."""
        return _openings(self.zone, day, self.spans_of(day))


def weekly(hours: Spans, days: Sequence[int] = (0, 1, 2, 3, 4)) -> Week:
    """The same hours on each of these weekdays, Monday to Friday unless others are named."""
    return tuple(hours if day in days else () for day in range(7))


def clock(minutes: int) -> str:
    """Minutes since midnight as 09:00; the end of the day is 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=KEPT_DAYS)
def _openings(zone: ZoneInfo, day: date, spans: Spans) -> tuple[Opening, ...]:
    found = []
    for span in spans:
        start, end = _moment(zone, day, span.start), _moment(zone, day, span.end)
        if start < end:
            found.append((start, end))
    return tuple(found)


def _moment(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """A time of a day's wall clock in UTC.

    Of an hour that comes twice the first is meant; a time that the clock skips is the moment at
    which it does.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    while moment.astimezone(zone).replace(tzinfo=None) != wall:
        wall += ONE_MINUTE
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment
