"""The order of a list: which one where none is asked for, and what it is in SQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.fields import Field
from app.records.query.asked import Query
from app.records.query.by_key import by_key
from app.records.query.by_reference import by_reference
from app.records.query.by_value import by_value
from app.records.query.walk import Walk
from app.records.types import RecordType


def default_sort(record_type: RecordType, by: Actor) -> str:
    """The order where none is asked for: the type's, unless `by` may not see its field."""
    readable = readable_keys(record_type, by)
    usual = (record_type.default_sort, "-created_at", "-updated_at", record_type.title.key)
    return next((one for one in usual if one.removeprefix("-") in readable), usual[0])


def may_sort_by(record_type: RecordType, field: Field, readable: Collection[str]) -> bool:
    """True when a list can be ordered by a field and its order tells nothing beyond `readable`."""
    told = {field.key}
    if field.sort is not None and field.sort.key in record_type.by_key:
        told.add(field.sort.key)
    return field.is_sortable and told <= set(readable)


def sort_key(record_type: RecordType, sort: str, by: Actor) -> tuple[ColumnElement[Any], bool]:
    """The expression to order by, never NULL, and whether it descends."""
    name = sort.removeprefix("-")
    field = record_type.by_key.get(name)
    if field is None or not may_sort_by(record_type, field, readable_keys(record_type, by)):
        raise Refused(_("This list can't be sorted by that."), field="sort")
    if field.is_walked:  # What is not walked at all falls back on when records were made.
        return record_type.model.created_at.expression, sort.startswith("-")
    return field.sort_expression, sort.startswith("-")


def walk_of(record_type: RecordType, sort: str, asked: Query, by: Actor) -> Walk | None:
    """The walk of a list whose order is by what its rows only point at or may lack, else None."""
    field = record_type.by_key.get(sort.removeprefix("-"))
    if field is None or not field.is_walked:
        return None
    sort_key(record_type, sort, by)  # Refused where it may not be.
    make = by_key if field.ends_empty else by_reference if field.to else by_value
    return make(record_type, asked, by, field, upwards=not sort.startswith("-"))
