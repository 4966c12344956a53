"""Lists in the order of what they refer to: colleagues and records by their title.

What is referred to is walked in the order of its own list, and from each one to the rows that
refer to it. Rows whose reader may not open what they refer to stand together behind the others,
as their order would tell its title, and those without a reference stand last.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, select, true, tuple_

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.records.custom.field import OwnField
from app.records.fields import Field
from app.records.query.asked import Query
from app.records.query.few import are_few, gathered, unindexed
from app.records.query.target import target_of
from app.records.query.walk import (
    EMPTY,
    Leg,
    Step,
    Stop,
    Walk,
    behind,
    rows_in,
    values_met,
    without_value,
)
from app.records.types import RecordType
from app.records.values import clean_text

TITLE = "title"  # The leg of rows that refer to something their reader may open.
HIDDEN = ("hidden",)  # That of rows which refer to something else.


def by_reference(
    record_type: RecordType, asked: Query, by: Actor, field: Field, *, upwards: bool
) -> Walk:
    """The order of a list by the titles of what a field refers to."""
    legs = [
        (TITLE, _titled(record_type, asked, by, field)),
        (HIDDEN[0], _hidden(record_type, asked, by, field)),
        (EMPTY[0], without_value(record_type, asked, by, field.expression)),
    ]

    def stop_of(record_id: UUID) -> Stop:
        target = target_of(field, by)
        found = select(field.expression, target.key, target.row.id)
        found = found.outerjoin(target.row, and_(target.row.id == field.target_id, target.may_open))
        found = found.where(record_type.model.id == record_id)
        value, key, target_id = by.session.execute(found).one()
        if target_id is not None:
            return TITLE, key, target_id
        return EMPTY if value is None else HIDDEN

    return Walk(field, upwards, legs, _read, stop_of, lambda: are_few(record_type, asked, by))


def is_hidden(record_type: RecordType, field: Field, by: Actor) -> ColumnElement[bool]:
    """Rows that refer to what `by` may not open, found as cheaply as can be."""
    target = target_of(field, by)
    row = target.row
    if field.to == "user":  # So few that each one met is looked at, and hardly ever one is gone.
        value = values_met(record_type, field).c.value
        is_lost = not_(exists().where(target.is_called(value)))
        lost = by.session.scalars(select(value).where(value.is_not(None), is_lost))
        return field.expression.in_(lost.all())
    if target.is_whole and not isinstance(field, OwnField):
        gone = select(row.id).where(row.deleted_at.is_not(None))
        return field.expression.in_(gone)  # The foreign key lets nothing else be.
    return and_(
        field.expression.is_not(None),
        not_(exists().where(row.id == field.target_id, target.may_open)),
    )


def _titled(record_type: RecordType, asked: Query, by: Actor, field: Field) -> Leg:
    def gather(step: Step) -> Select[Any]:
        target = target_of(field, by)
        row, row_id = target.row, record_type.model.id
        order = (unindexed(target.key), row.id, row_id)
        found = select(row_id, target.key, row.id).join(row, target.is_meant)
        found = found.where(*gathered(record_type, asked, by), target.may_open)
        if step.stop is not None:
            stands = tuple_(
                literal(step.stop[1], target.key.type),
                *(literal(one, row_id.type) for one in (step.stop[2], step.record_id)),
            )
            found = found.where(step.beyond(tuple_(*order), stands))
        return found.order_by(*step.on_the_way(*order)).limit(step.limit)

    def leg(step: Step) -> Select[Any]:
        if step.gathers:
            return gather(step)
        target = target_of(field, by)
        row, order = target.row, (target.key, target.row.id)
        is_same: ColumnElement[bool] = true()
        if step.stop is not None:
            is_same = row.id == step.stop[2]
        within = [target.is_meant, *behind(step, record_type.model.id, is_same)]
        rows = rows_in(record_type, asked, by, step, *within).correlate(row).lateral("rows")
        # Where few are referred to, it is quicker to begin with those; the database knows.
        some = rows_in(record_type, asked, by, step, field.expression.is_not(None), target.is_meant)
        some = some.order_by(None).limit(None)
        found = select(rows.c.id, target.key, row.id).select_from(row).join(rows, true())
        found = found.where(target.may_open, exists(some.correlate(row)))
        if step.stop is not None:
            here = tuple_(*order)
            stands = tuple_(literal(step.stop[1], target.key.type), literal(step.stop[2]))
            found = found.where(here >= stands if step.rises else here <= stands)
        return found.order_by(*step.on_the_way(*order, rows.c.id)).limit(step.limit)

    return leg


def _hidden(record_type: RecordType, asked: Query, by: Actor, field: Field) -> Leg:
    """Rows that refer to what was deleted or may not be opened, by their id."""

    def leg(step: Step) -> Select[Any]:
        within = [is_hidden(record_type, field, by)]
        if step.record_id is not None:
            within.append(step.beyond(record_type.model.id, step.record_id))
        return rows_in(record_type, asked, by, step, *within)

    return leg


def _read(raw: Any) -> Stop:
    """A stop out of a cursor."""
    if raw in (list(EMPTY), list(HIDDEN)):
        return (str(raw[0]),)
    name, key, target_id = raw
    found = parse_id(target_id) if isinstance(target_id, str) else None
    if name != TITLE or not isinstance(key, str) or found is None:
        raise ValueError(raw)
    return TITLE, clean_text(key), found
