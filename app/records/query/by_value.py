"""Lists in the order of a choice, of countries, of yes and no: option by option.

Which values there are is found by hopping from one to the next in the index, so that retired
options, and values that no picklist has, are met too: those stand behind the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy import true as always

from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.language import current
from app.records.fields import Field
from app.records.picklists import load_picklists
from app.records.query.asked import Query
from app.records.query.few import are_few, gathered
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

VALUE = "value"  # The leg of rows that have one.


def by_value(
    record_type: RecordType, asked: Query, by: Actor, field: Field, *, upwards: bool
) -> Walk:
    """The order of a list by a field whose values have an order of their own."""
    known = ordered_values(record_type, field, by)
    legs = [(VALUE, _leg(record_type, asked, by, field, known))]
    if field.nullable:
        legs.append((EMPTY[0], without_value(record_type, asked, by, field.expression)))

    def stop_of(record_id: UUID) -> Stop:
        model = record_type.model
        value = by.session.scalar(select(field.expression).where(model.id == record_id))
        return EMPTY if value is None else (VALUE, value)

    return Walk(
        field,
        upwards,
        legs,
        lambda raw: _read(field, raw),
        stop_of,
        lambda: are_few(record_type, asked, by),
    )


def ordered_values(record_type: RecordType, field: Field, by: Actor) -> list[Any]:
    """The values of a field in their order: options as they stand, countries by their name."""
    if field.kind == "flag":
        return [True, False]
    if field.kind == "country":
        return list(countries(current()))
    options = field.options
    if field.is_tenants:
        options = load_picklists(by.session, record_type.key).get(field.key, ())
    return [option.value for option in options]


def _leg(
    record_type: RecordType, asked: Query, by: Actor, field: Field, known: Sequence[Any]
) -> Leg:
    def gather(step: Step) -> Select[Any]:
        row_id, value = record_type.model.id, field.expression
        order = (place_among(value, known), value, row_id)
        found = select(row_id, value).where(*gathered(record_type, asked, by), value.is_not(None))
        if step.stop is not None:
            stop = literal(step.stop[1], value.type)
            stands = tuple_(place_among(stop, known), stop, literal(step.record_id, row_id.type))
            found = found.where(step.beyond(tuple_(*order), stands))
        return found.order_by(*step.on_the_way(*order)).limit(step.limit)

    def leg(step: Step) -> Select[Any]:
        if step.gathers:
            return gather(step)
        met = values_met(record_type, field)
        place = place_among(met.c.value, known)
        # In their order already, so that no more of them are opened than the page needs.
        held = select(met.c.value, place.label("place")).where(met.c.value.is_not(None))
        of = held.order_by(*step.on_the_way(place, met.c.value)).subquery("of")
        is_same: ColumnElement[bool] = always()
        if step.stop is not None:
            stop = literal(step.stop[1], field.expression.type)
            is_same = of.c.value == stop
        within = [field.expression == of.c.value, *behind(step, record_type.model.id, is_same)]
        rows = rows_in(record_type, asked, by, step, *within).lateral("rows")
        found = select(rows.c.id, of.c.value).select_from(of.join(rows, always()))
        if step.stop is not None:
            here, stands = tuple_(of.c.place, of.c.value), tuple_(place_among(stop, known), stop)
            found = found.where(here >= stands if step.rises else here <= stands)
        order = step.on_the_way(of.c.place, of.c.value, rows.c.id)
        return found.order_by(*order).limit(step.limit)

    return leg


def place_among(value: Any, known: Sequence[Any]) -> ColumnElement[Any]:
    """Which place a value has; all that are unknown share the last."""
    if not known:
        return cast(0, Integer)
    if isinstance(known[0], bool):
        return case(*((value == one, number) for number, one in enumerate(known)), else_=2)
    spelt = literal(list(known), ARRAY(Text))
    return func.coalesce(func.array_position(spelt, cast(value, Text)), len(known) + 1)


def _read(field: Field, raw: Any) -> Stop:
    """A stop out of a cursor."""
    if raw == list(EMPTY):
        if field.nullable:
            return EMPTY
        raise ValueError(raw)
    name, value = raw
    if name != VALUE or isinstance(value, bool) is not (field.kind == "flag"):
        raise ValueError(raw)
    return VALUE, value if isinstance(value, bool) else clean_text(value)
