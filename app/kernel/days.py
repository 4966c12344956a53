"""Moments that mean a whole day: the last microsecond of that day on the firm's clock.

What is due on a day and at no hour of it is kept as this moment, so that a list orders it after
what has an hour, it is over when its day is, and everything that keeps or hands on a moment (an
event, an undo, an import, a next step) keeps what it means. It is the same date for every reader,
wherever they are. No clock of a person or a program tells microseconds, so no other moment is
taken for one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LAST = 999_999
TICK = timedelta(microseconds=1)
END = time(23, 59, 59, LAST)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a day on the clock of `zone`, in UTC.

    It is found from the beginning of the next day, as clocks change at midnight in places.
    """
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - TICK


def whole_day(moment: datetime, zone: ZoneInfo) -> date | None:
    """The day that a moment means, None for one that means a moment; `zone` is the firm's."""
    if moment.microsecond != LAST:
        return None
    here = moment.astimezone(zone)
    return here.date() if here.time() == END else None


def on_clock(moment: datetime, firm: ZoneInfo, reader: ZoneInfo) -> datetime:
    """The moment as a reader compares it with their own: a day ends when it ends for them."""
    if moment.microsecond != LAST or firm.key == reader.key:
        return moment
    day = whole_day(moment, firm)
    return moment if day is None else end_of(day, reader)
