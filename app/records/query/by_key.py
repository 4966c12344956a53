"""Lists in the order of a key that a row may lack: a city, an address, when a step is due.

Rows that have one are ordered by it and by their id, as an index holds them; the others come last.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, literal, select, tuple_

from app.kernel.actor import Actor
from app.records.fields import Field
from app.records.query.asked import Query
from app.records.query.cursor import sort_value
from app.records.query.few import are_few, gathered, unindexed
from app.records.query.narrowing import conditions
from app.records.query.walk import EMPTY, Leg, Step, Stop, Walk, without_value
from app.records.types import RecordType

KEY = "key"  # The leg of rows that have one.


def by_key(
    record_type: RecordType, asked: Query, by: Actor, field: Field, *, upwards: bool
) -> Walk:
    """The order of a list by a key of its rows, those without one last."""
    key = field.sort_expression
    legs = [
        (KEY, _leg(record_type, asked, by, field)),
        (EMPTY[0], without_value(record_type, asked, by, key)),
    ]

    def stop_of(record_id: UUID) -> Stop:
        model = record_type.model
        value = by.session.scalar(select(key).where(model.id == record_id))
        return EMPTY if value is None else (KEY, value)

    def read(raw: Any) -> Stop:
        if raw == list(EMPTY):
            return EMPTY
        name, value = raw
        if name != KEY:
            raise ValueError(raw)
        return KEY, sort_value(value, key.type)

    return Walk(field, upwards, legs, read, stop_of, lambda: are_few(record_type, asked, by))


def _leg(record_type: RecordType, asked: Query, by: Actor, field: Field) -> Leg:
    def leg(step: Step) -> Select[Any]:
        key, row_id = field.sort_expression, record_type.model.id
        found = select(row_id, key).where(key.is_not(None))
        if step.gathers:
            found = found.where(*gathered(record_type, asked, by))
            key = unindexed(key)
        else:
            found = found.where(*conditions(record_type, asked, by))
        if step.stop is not None:
            bound = tuple_(literal(step.stop[1], key.type), literal(step.record_id, Uuid()))
            found = found.where(step.beyond(tuple_(key, row_id), bound))
        return found.order_by(*step.on_the_way(key, row_id)).limit(step.limit)

    return leg
