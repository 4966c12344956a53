"""When a report is mailed next: by its rhythm, in the reader's zone, on business days if asked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.reports.mailings.models import DAILY, WEEKLY

DAY = timedelta(days=1)
BEFORE, AFTER = 31, 62  # Days around today in which a next time is found, moved ones too.
FURTHEST = 14  # Days by which a mail is moved at most: a firm that never opens gets it anyway.


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and at which time of the day."""

    rhythm: str
    weekday: int
    day: int
    at: time
    business_days: bool


def next_moment(
    rhythm: Rhythm, zone: ZoneInfo, now: datetime, is_open: Callable[[date], bool]
) -> datetime:
    """The next moment after `now`; what was missed comes no more."""
    today = now.astimezone(zone).date()
    for ahead in range(-BEFORE, AFTER):
        day = today + ahead * DAY
        if not _falls_on(rhythm, day):
            continue
        moved = _on_business_day(day, is_open) if rhythm.business_days else day
        moment = datetime.combine(moved, rhythm.at, zone)
        if moment > now:
            return moment
    raise LookupError("Every month has a day of every number, or a last one.")


def _falls_on(rhythm: Rhythm, day: date) -> bool:
    if rhythm.rhythm == DAILY:
        return True
    if rhythm.rhythm == WEEKLY:
        return day.weekday() == rhythm.weekday
    return day.day == min(rhythm.day, monthrange(day.year, day.month)[1])


def _on_business_day(day: date, is_open: Callable[[date], bool]) -> date:
    for later in range(FURTHEST):
        if is_open(day + later * DAY):
            return day + later * DAY
    return day
