"""A calendar's entries: the first ones of each day, how many each has, and what lasts longer.

All of it is one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import column as named
from sqlalchemy.engine import Row
from sqlalchemy.sql.selectable import LateralFromClause, TableValuedAlias

from app.kernel.actor import Actor
from app.kernel.days import TICK
from app.records.fields import Field
from app.records.filters.moments import FURTHEST, moves_for, stands_at
from app.records.filters.periods import Span
from app.records.lenses.length import DAY_LONG, LONGEST, USUAL_MINUTES
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.narrowing import conditions
from app.records.types import RecordType

COUNTED = 100  # Entries of a day are counted up to here, and one beyond.
AT = "stands_at"
LASTING = 200  # Entries that go on from day to day, at most.
RANKED = 500  # Entries of a day among which the foremost are looked for.


@dataclass(frozen=True, slots=True)
class Entries:
    """The first entries of a day, and how many it has, up to COUNTED + 1."""

    rows: Sequence[Row[Any]]
    count: int


@dataclass(frozen=True, slots=True)
class Lasting:
    """What is asked for besides what begins on a day: whatever takes whole days, by its `length`.

    With `over_night` also what began on the eve of the first day and is not over yet.
    """

    length: Field
    over_night: bool


@dataclass(frozen=True, slots=True)
class Foremost:
    """Which entries of a day come first where few are shown: open ones, whole days before hours.

    `done` is the field that says when something was done, `length` the one with its minutes; None
    where the reader does not see it.
    """

    done: Field | None
    length: Field | None


@dataclass(frozen=True, slots=True)
class Found:
    """What begins on each day, and what takes longer than a day or began before the first one."""

    days: Sequence[Entries]
    lasting: Sequence[Row[Any]]


def entries(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    keys: Sequence[str],
    field: Field,
    days: Sequence[Span],
    limit: int,
    lasting: Lasting | None = None,
    foremost: Foremost | None = None,
) -> Found:
    """What stands on each of `days`, in their order; rows tell as `stands_at` when.

    A day is a span of the field's own values, so that it is as long as it is where its reader
    lives, and an index on the field finds its rows. With `foremost` its entries are those, and not
    its first ones by the clock.
    """
    at, moves = stands_at(field, by), moves_for(field, by)
    # As two parameters, so that the statement is put together once for all days.
    bounds = (literal(list(one), ARRAY(at.type)) for one in zip(*map(_bounds, days), strict=True))
    day = func.unnest(*bounds).table_valued(
        named("start", at.type), named("beyond", at.type), with_ordinality="place", name="day"
    )
    day = day.render_derived()
    found = conditions(record_type, asked, by)
    held: ColumnElement[bool] = and_(*found, at >= day.c.start, at < day.c.beyond)
    if moves:  # So that the index on the column still finds a day's rows.
        column = field.expression
        near = and_(column >= day.c.start - FURTHEST, column < day.c.beyond + FURTHEST)
        held = and_(near, held)
    some = select(literal(1)).select_from(record_type.model).where(held).limit(COUNTED + 1)
    # Joined and not selected, so that each day is counted once and not for each of its entries.
    counted = select(func.count().label("held")).select_from(some.correlate(day).subquery())
    number = counted.lateral("number")
    rows = columns(record_type, tuple(keys), read_reaches(by)).add_columns(at.label(AT))
    rows = rows.order_by(at, record_type.model.id)
    beside = day.join(number, true())
    if foremost is None:
        entry = rows.where(held).limit(limit).lateral("entry")
    else:
        chosen = _foremost(record_type, field, at, held, day, limit, foremost)
        beside = beside.join(chosen, true())
        entry = rows.where(record_type.model.id == chosen.c.id).lateral("entry")
    begun = select(day.c.place, number.c.held, *entry.c)
    begun = begun.select_from(beside.join(entry, true()))
    if lasting is None:
        statement: Any = begun.order_by(day.c.place, entry.c[AT], entry.c.id)
    else:
        going_on = rows.where(*found, _goes_on(field, days, lasting)).limit(LASTING)
        statement = union_all(begun, _placeless(going_on)).order_by("place", AT, "id")
    of_day: list[list[Row[Any]]] = [[] for _day in days]
    counts = [0] * len(days)
    longer: list[Row[Any]] = []
    for row in by.session.execute(statement, readers(by)):
        if row.place is None:
            longer.append(row)
            continue
        of_day[row.place - 1].append(row)
        counts[row.place - 1] = row.held
    each = [Entries(rows, count) for rows, count in zip(of_day, counts, strict=True)]
    return Found(each, longer)


def _foremost(
    record_type: RecordType,
    field: Field,
    at: ColumnElement[Any],
    held: ColumnElement[bool],
    day: TableValuedAlias,
    limit: int,
    by: Foremost,
) -> LateralFromClause:
    """The ids of the foremost entries of a day, among the first RANKED and all its whole days.

    So a day of very many costs no more than one of as many as that.
    """
    model = record_type.model
    is_done = by.done.expression.is_not(None) if by.done is not None else false()
    is_whole = by.length.expression >= DAY_LONG if by.length is not None else false()
    is_whole = func.coalesce(is_whole, false())
    told = select(model.id, at.label(AT), is_done.label("is_done"), is_whole.label("is_whole"))
    early = told.where(held).order_by(at, model.id).limit(RANKED).correlate(day).subquery()
    ranked = early
    if field.takes_days:
        end = day.c.beyond - TICK  # What is due on a day and at no hour of it.
        days = told.where(held, at >= end).limit(RANKED).correlate(day).subquery()
        timed = select(early).where(early.c[AT] < end).correlate(day)
        ends = select(days.c.id, days.c[AT], days.c.is_done, true().label("is_whole"))
        ranked = union_all(timed, ends).subquery("ranked")
    order = (ranked.c.is_done, ranked.c.is_whole.desc(), ranked.c[AT], ranked.c.id)
    return select(ranked.c.id).order_by(*order).limit(limit).lateral("chosen")


def _placeless(rows: Select[Any]) -> Select[Any]:
    """Rows as those of a day, of which they tell nothing."""
    entry = rows.subquery("lasting")
    nothing = cast(null(), Integer)
    return select(nothing.label("place"), nothing.label("held"), *entry.c)


def _goes_on(field: Field, days: Sequence[Span], lasting: Lasting) -> ColumnElement[bool]:
    """What takes a day or more and touches these days; see `Lasting` for the eve of the first."""
    at, first, beyond = field.expression, days[0].start, days[-1].end
    found = and_(goes_beyond(field, lasting.length, first), at < beyond)
    if not lasting.over_night:
        return found
    end = _end(field, lasting.length)
    return or_(found, and_(at >= first - timedelta(minutes=DAY_LONG), at < first, end > first))


def goes_beyond(field: Field, length: Field, moment: Any) -> ColumnElement[bool]:
    """What takes a day or more and ends after this moment.

    It is found by an index of what is that long alone, so its number is written out.
    """
    is_long = length.expression >= literal(DAY_LONG, literal_execute=True)
    return and_(is_long, _end(field, length) > moment)


def _end(field: Field, length: Field) -> ColumnElement[Any]:
    """When something ends, as `stands` has it: a sum of any number of minutes may be no date."""
    lasts = func.least(func.coalesce(length.expression, USUAL_MINUTES), LONGEST)
    end: ColumnElement[Any] = field.expression + lasts * timedelta(minutes=1)
    return end


def _bounds(day: Span) -> tuple[Any, Any]:
    return day.start, day.end
