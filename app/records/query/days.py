"""A calendar's entries: the first ones of each day, and how many each has, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, and_, func, literal, select, true
from sqlalchemy import column as named
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.records.fields import Field
from app.records.filters.periods import Span
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.narrowing import conditions
from app.records.types import RecordType

COUNTED = 100  # Entries of a day are counted up to here, and one beyond.
AT = "stands_at"


@dataclass(frozen=True, slots=True)
class Entries:
    """The first entries of a day, and how many it has, up to COUNTED + 1."""

    rows: Sequence[Row[Any]]
    count: int


def entries(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    keys: Sequence[str],
    field: Field,
    days: Sequence[Span],
    limit: int,
) -> list[Entries]:
    """What stands on each of `days`, in their order; rows tell as `stands_at` when.

    A day is a span of the field's own values, so that it is as long as it is where its reader
    lives, and an index on the field finds its rows.
    """
    at = field.expression
    # As two parameters, so that the statement is put together once for all days.
    bounds = (literal(list(one), ARRAY(at.type)) for one in zip(*map(_bounds, days), strict=True))
    day = func.unnest(*bounds).table_valued(
        named("start", at.type), named("beyond", at.type), with_ordinality="place", name="day"
    )
    day = day.render_derived()
    found = conditions(record_type, asked, by)
    held: ColumnElement[bool] = and_(*found, at >= day.c.start, at < day.c.beyond)
    some = select(literal(1)).select_from(record_type.model).where(held).limit(COUNTED + 1)
    counted = select(func.count()).select_from(some.correlate(day).subquery()).scalar_subquery()
    rows = columns(record_type, tuple(keys), read_reaches(by)).add_columns(at.label(AT))
    rows = rows.where(held).order_by(at, record_type.model.id).limit(limit)
    entry = rows.lateral("entry")
    statement = (
        select(day.c.place, counted.label("held"), *entry.c)
        .select_from(day.join(entry, true()))
        .order_by(day.c.place, entry.c[AT], entry.c.id)
    )
    of_day: list[list[Row[Any]]] = [[] for _day in days]
    counts = [0] * len(days)
    for row in by.session.execute(statement, readers(by)):
        of_day[row.place - 1].append(row)
        counts[row.place - 1] = row.held
    return [Entries(rows, count) for rows, count in zip(of_day, counts, strict=True)]


def _bounds(day: Span) -> tuple[Any, Any]:
    return day.start, day.end
