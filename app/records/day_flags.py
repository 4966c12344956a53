"""A moment and the flag beside it that says that it means a whole day, read together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.days import end_of, on_clock, whole_day
from app.kernel.language import Text, _
from app.records.access import writable_keys
from app.records.fields import Field
from app.records.model import Record
from app.records.types import RecordType
from app.records.values.times import is_date

NO_DATE = _("Enter a date like 2026-11-22.")
NO_TIME = _("Enter a time like 14:30.")


def settle_days(
    record_type: RecordType,
    inputs: Mapping[str, Any],
    values: dict[str, Any],
    record: Record | None,
    by: Actor,
) -> dict[str, Text]:
    """Make moments what the flags among `values` ask of them; answers with what stands against it.

    With the flag a moment becomes its day: the one that was written, else that of the moment on the
    firm's clock, and without a new moment the day on which it stands for `by`. Without the flag a
    moment must have an hour. A flag that says nothing follows its moment.
    """
    errors: dict[str, Text] = {}
    for field in record_type.days:
        flag = field.says_day.key if field.says_day is not None else ""
        asked = values.pop(flag, None)
        if asked is None:
            continue
        if field.key in values:
            wrong = _settle_new(field, inputs, values, by, is_day=asked)
            errors |= {field.key: wrong} if wrong else {}
        else:
            stands = field.value(record) if record is not None else None
            wrong = _settle_old(record_type, field, stands, values, by, is_day=asked)
            errors |= {flag: wrong} if wrong else {}
    return errors


def _settle_new(
    field: Field, inputs: Mapping[str, Any], values: dict[str, Any], by: Actor, *, is_day: bool
) -> Text | None:
    """Make a moment that came with its flag what both say; answers with what stands against it."""
    moment = values[field.key]
    if moment is None:
        return NO_DATE if is_day else None
    if is_day:
        values[field.key] = end_of(_day(inputs[field.key], moment, by), _firm(by))
        return None
    # A date without an hour says more than that it is no whole day.
    if whole_day(moment, _firm(by)) is None or is_date(inputs[field.key]):
        return None
    return NO_TIME


def _settle_old(
    record_type: RecordType,
    field: Field,
    moment: datetime | None,
    values: dict[str, Any],
    by: Actor,
    *,
    is_day: bool,
) -> Text | None:
    """Make a moment that stands what its flag asks; answers with what stands against it."""
    if moment is None:
        return NO_DATE if is_day else None
    if is_day == (whole_day(moment, _firm(by)) is not None):
        return None
    if not is_day:
        return NO_TIME
    if field.key not in writable_keys(record_type, by):
        return _("Your role may not change this field.")
    day = on_clock(moment, _firm(by), by.zone).astimezone(by.zone).date()
    values[field.key] = end_of(day, _firm(by))
    return None


def _day(raw: Any, moment: datetime, by: Actor) -> date:
    """The day of a moment as it was written: without a zone, the date that stands there."""
    if is_date(raw):
        return moment.astimezone(_firm(by)).date()
    try:
        written = datetime.fromisoformat(str(raw).strip())
    except ValueError:
        written = moment
    return written.date() if written.tzinfo is None else moment.astimezone(_firm(by)).date()


def _firm(by: Actor) -> ZoneInfo:
    return ZoneInfo(by.tenant.zone)
