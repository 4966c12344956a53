"""Moving a record: to another column of a board, to another day of a calendar; by the one door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.kernel.actor import Actor
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
    if field is not None and field.kind not in KINDS:
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


def on_day(record: Record, field: Field, text: str, by: Actor) -> str:
    """The field's value on another day: a moment keeps its time on the reader's clock.

    Refused when `text` is no date. A time that the day has not, as clocks go forward, is the one an
    hour later.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22.")) from None
    before = field.value(record)
    if field.kind == "day" or not isinstance(before, datetime):
        return day.isoformat()
    here = before.astimezone(by.zone)
    return datetime.combine(day, here.time(), by.zone).isoformat()
