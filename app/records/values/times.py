"""Moments, days and times of day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.days import end_of
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit


def read_moment(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> datetime:
    """A moment; one without a zone is meant in the actor's zone.

    A date without an hour is the whole day in a field that takes days, elsewhere its midnight.
    """
    if field.takes_days and is_date(raw):
        return end_of(read_day(field, raw, by, options), ZoneInfo(by.tenant.zone))
    try:
        moment = datetime.fromisoformat(clean_text(raw))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=by.zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(_("Enter a date and time like 2026-11-22 09:30.")) from None
    if not 1900 <= moment.year <= 2200:
        raise Unfit(_("This date is too far away."))
    return moment


def is_date(raw: Any) -> bool:
    """True for a date without an hour, however ISO 8601 writes it."""
    text = clean_text(raw)
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_day(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> date:
    """A day as ISO 8601 writes it."""
    try:
        day = date.fromisoformat(clean_text(raw))
    except ValueError:
        raise Unfit(_("Enter a date like 2026-11-22.")) from None
    if not 1900 <= day.year <= 2200:
        raise Unfit(_("This date is too far away."))
    return day


def read_time(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> time:
    """A time of day, to the minute."""
    try:
        return time.fromisoformat(clean_text(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Unfit(_("Enter a time like 09:30.")) from None
