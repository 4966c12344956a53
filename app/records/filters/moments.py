"""When something stands for a reader, in SQL: a whole day of the firm ends when it ends for them.

Where the reader's clock is the firm's, as it nearly always is, that is the column itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Time, and_, case, cast, func, literal

from app.kernel.actor import Actor
from app.kernel.days import END
from app.records.fields import Field

FURTHEST = timedelta(hours=27)  # Between the same hour of two clocks, with room for their changes.


def moves_for(field: Field, by: Actor) -> bool:
    """True where some moments of a field stand elsewhere for `by` than in its column."""
    return field.takes_days and by.zone.key != by.tenant.zone


def stands_at(field: Field, by: Actor) -> ColumnElement[Any]:
    """When something stands for `by`, as filters and calendars compare it."""
    if not moves_for(field, by):
        return field.expression
    at = field.expression
    here = func.timezone(by.tenant.zone, at, type_=DateTime())
    is_day = cast(here, Time()) == literal(END, Time())
    return case((is_day, func.timezone(by.zone.key, here, type_=at.type)), else_=at)


def within(field: Field, start: Any, end: Any, by: Actor) -> ColumnElement[bool]:
    """From `start` to before `end`, as `by` sees it; an index on the field finds it."""
    at = stands_at(field, by)
    found = and_(at >= start, at < end)
    if not moves_for(field, by):
        return found
    column = field.expression
    return and_(column >= start - FURTHEST, column < end + FURTHEST, found)
