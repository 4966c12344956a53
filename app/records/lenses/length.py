"""How long what stands in a calendar takes: what its record says, else half an hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.days import whole_day
from app.records.access import sees
from app.records.fields import Field
from app.records.types import RecordType

USUAL_MINUTES = 30  # Of what stands at a moment and says no length.
DAY_LONG = 24 * 60  # Minutes from which on an entry stands over the hours, as whole days do.
LONGEST = 366 * DAY_LONG  # Minutes; who typed more is shown this much.


def length_field(record_type: RecordType, field: Field, by: Actor) -> Field | None:
    """The field with the minutes of what stands at `field`; None where there is none to be seen.

    A length is told of the usual date alone: what a workspace's own date means takes no time.
    """
    calendar = record_type.calendar
    if calendar.length is None or field.key != calendar.dates[0].key:
        return None
    key = calendar.length.key
    return record_type.by_key[key] if sees(record_type, key, by) else None


def stands(at: datetime, minutes: int | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when something is, on the clock of `zone`, that takes so many minutes.

    What begins there at midnight and takes a number of days ends at midnight, also when one of them
    is longer or shorter than others, as clocks change. What means a day, whose end `at` is there,
    takes that day from midnight to midnight, or as many days as its minutes fill.
    """
    start = at.astimezone(zone)
    day = whole_day(at, zone)
    if day is not None:
        days = -(-min(minutes or 0, LONGEST) // DAY_LONG) or 1
        beyond = day + timedelta(days=max(days, 1))
        return datetime.combine(day, time(), zone), datetime.combine(beyond, time(), zone)
    if minutes is None or minutes <= 0:
        minutes = USUAL_MINUTES
    minutes = min(minutes, LONGEST)
    days, rest = divmod(minutes, DAY_LONG)
    if rest == 0 and is_midnight(start):
        return start, datetime.combine(start.date() + timedelta(days=days), time(), zone)
    return start, (at + timedelta(minutes=minutes)).astimezone(zone)


def is_midnight(moment: datetime) -> bool:
    """True at the beginning of a day on its clock."""
    return (moment.hour, moment.minute) == (0, 0)
