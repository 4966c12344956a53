"""Moving a record: to another column of a board, another day or time of a calendar, or its length.

All of it goes by the one door.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.days import whole_day
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.access import writable_field
from app.records.door import perform
from app.records.fields import Field
from app.records.model import Record
from app.records.types import RecordType
from app.records.values import as_json

KINDS = ("choice", "day", "moment")


def field_to_move(record_type: RecordType, key: str, by: Actor) -> Field:
    """The field that a move changes; Missing when there is no such, NotPermitted without right."""
    field = record_type.by_key.get(key)
    length = record_type.calendar.length
    is_length = length is not None and length.key == key
    if field is not None and field.kind not in KINDS and not is_length:
        raise Missing(_("There is no such field."))
    return writable_field(record_type, key, by)


def move(
    record_type: RecordType,
    record: Record,
    field: Field,
    value: str,
    by: Actor,
    version: int | None,
) -> Any:
    """Give the field its new value; the answer is the old one, as a move back takes it.

    Refused where the record needs more first, Conflict where somebody else was faster.
    """
    before = field.value(record)
    perform(record_type, "update", record, by=by, version=version, **{field.key: value})
    return as_json(before) if before is not None else ""


def on_day(
    record: Record, field: Field, text: str, by: Actor, clock: str = "", *, all_day: bool = False
) -> str:
    """The field's value on another day: at the time `clock` (14:30), else a moment keeps its own.

    Both are on the reader's clock. With `all_day` it becomes the whole day, as it stays where it
    was one. Refused when `text` is no date or `clock` no time. A time that the day has not, as
    clocks go forward, is the one an hour later.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22.")) from None
    before = field.value(record)
    if field.kind == "day":
        return day.isoformat()
    if clock:
        return datetime.combine(day, _time(clock), by.zone).isoformat()
    if not isinstance(before, datetime) or (all_day and field.takes_days):
        return day.isoformat()
    if field.takes_days and whole_day(before, ZoneInfo(by.tenant.zone)):
        return day.isoformat()
    here = before.astimezone(by.zone)
    return datetime.combine(day, here.time(), by.zone).isoformat()


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(_("Enter a time like 14:30.")) from None
