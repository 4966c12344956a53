"""What a report reads of each row: the values that it groups by and those that it measures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy import column as named
from sqlalchemy.orm import aliased

from app.kernel.actor import Actor
from app.records.access import reached, reader_of
from app.records.custom.field import OwnField
from app.records.fields import Field
from app.records.filters.conditions import Meant
from app.records.query.amounts import amount
from app.records.query.grouping import date_value, day_of, period_of
from app.records.query.target import target_of
from app.records.registry import registry
from app.records.worktime.kept import fiscal_year
from app.reports.engine.definition import DISTINCT
from app.reports.engine.kinds import DATES, NUMBERS
from app.reports.engine.meaning import Dimension, Measured

HIDDEN = UUID(int=0)  # The group of all records that the reader may not open.


@dataclass(slots=True)
class Source:
    """The table of a report with what was joined to it; one alias for each reference."""

    by: Actor
    table: Any
    aliases: dict[str, Any] = field(default_factory=dict)

    def at(self, found: Meant) -> Field:
        """A field where it lies: on the type itself, or on the record that `found.by` refers to.

        That reference may lie on a related record itself. Each is met only where the reader may
        open what it leads to.
        """
        if found.by is None:
            return found.field
        place = ".".join(one.key for one in found.steps)
        alias = self.aliases.get(place)
        if alias is None:
            reference = found.by if found.before is None else self.at(found.before)
            target = registry().type(found.by.to or "")
            alias = self.aliases[place] = _alias(target.model, place)
            may_open = reached(target, alias, "read", reader_of(self.by))
            meets = and_(alias.id == reference.target_id, alias.deleted_at.is_(None), may_open)
            self.table = self.table.outerjoin(alias, meets)
        return replace(found.field, attribute=getattr(alias, found.field.attribute.key))

    def join(self, other: Any, on: Any) -> None:
        """Join what may be missing."""
        self.table = self.table.outerjoin(other, on)


@cache
def _alias(model: Any, _key: str) -> Any:
    """One alias for each reference, made once: it copies every column of its table."""
    return aliased(model)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the days of an earlier period are moved, to stand beside those of the later one.

    Without `months` every group goes by days.
    """

    key: str
    months: int
    days: int


def group_columns(
    source: Source, dimension: Dimension, shift: Shift | None
) -> tuple[ColumnElement[Any], ColumnElement[Any] | None]:
    """The value that a row is grouped by, and of several values the place of each in its row."""
    by, asked = source.by, dimension.asked
    one = source.at(dimension.meant)
    if dimension.is_many:
        return _values(source, one)
    if one.to:
        return _reference(source, one, asked.key), None
    if one.kind in DATES:
        moved = shift if shift is not None and shift.key == asked.key else None
        return _period(one, asked.unit, by, moved), None
    if one.kind in NUMBERS:
        step = literal(asked.step, Numeric())
        return func.floor(amount(one) / step) * step, None
    return one.expression, None


def _values(source: Source, one: Field) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Each of several values of a row, in a row of its own."""
    if isinstance(one, OwnField):
        raw = one.attribute[one.own_key]
        kept = case((func.jsonb_typeof(raw) == "array", raw), else_=func.jsonb_build_array())
        made: Any = func.jsonb_array_elements_text(kept)
    else:
        made = func.unnest(cast(one.expression, ARRAY(Text)))
    values = made.table_valued(named("value", Text), with_ordinality="place", name="held_values")
    values = values.render_derived()
    source.join(values, true())
    return values.c.value, values.c.place


def _reference(source: Source, one: Field, place: str) -> ColumnElement[Any]:
    """The id of what a row refers to, and one for all that the reader may not open."""
    if one.to == "user":
        return one.target_id
    target = target_of(one, source.by, place)
    row = target.row
    if target.is_whole and not isinstance(one, OwnField):
        # The foreign key lets nothing else be missing, and hardly anything was deleted.
        gone = select(row.id).where(row.deleted_at.is_not(None))
        is_hidden = one.expression.in_(gone)
        return case((is_hidden, literal(HIDDEN, Uuid())), else_=one.target_id)
    source.join(row, and_(row.id == one.target_id, target.may_open))
    is_filled = one.target_id.is_not(None)
    return func.coalesce(row.id, case((is_filled, literal(HIDDEN, Uuid())), else_=null()))


def _period(one: Field, unit: str, by: Actor, shift: Shift | None) -> ColumnElement[Any]:
    """The first day of the period that a date lies in, by the firm's calendar."""
    if shift is None and unit != "fiscal_year":
        return period_of(one, unit, by)
    day = day_of(one, by)
    if shift is not None and unit in ("day", "week"):
        if unit == "week":
            day = period_of(one, "week", by)
            return day.op("+", return_type=Date())(shift.days // 7 * 7)
        return day.op("+", return_type=Date())(shift.days)
    if shift is not None and not shift.months:
        day = day.op("+", return_type=Date())(shift.days)
    ahead = shift.months if shift is not None else 0
    begins = fiscal_year(by).first_month - 1 if unit == "fiscal_year" else 0
    moved = _in_months(cast(day, DateTime()), ahead - begins)
    first = func.date_trunc("year" if unit == "fiscal_year" else unit, moved)
    return cast(_in_months(first, begins), Date)


def _in_months(moment: Any, months: int) -> Any:
    return moment.op("+", return_type=DateTime())(func.make_interval(0, months))


def amount_column(source: Source, measured: Measured) -> ColumnElement[Any] | None:
    """What is measured of a row, or None where rows are only counted."""
    if measured.meant is None:
        return None
    one = source.at(measured.meant)
    if measured.asked.what == DISTINCT:
        return cast(one.expression, Text)
    return date_value(one) if one.kind in DATES else amount(one)
