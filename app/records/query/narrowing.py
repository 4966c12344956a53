"""Which rows a list has: access, filters and search, as one WHERE."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor
from app.records.access import permitted, readable_keys
from app.records.filters.conditions import where
from app.records.pool.reading import apart_from_pool
from app.records.query.asked import Query
from app.records.query.search import found_by
from app.records.types import RecordType


def conditions(record_type: RecordType, asked: Query, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of a list: access, filters, search."""
    return [permitted(record_type, by, "read"), *narrowing(record_type, asked, by)]


def narrowing(record_type: RecordType, asked: Query, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of filters and search alone, over what `by` may read of a record."""
    readable = readable_keys(record_type, by)
    filters, free = list(asked.filters), list[ColumnElement[bool]]()
    if record_type.pool is not None and "owner_id" in readable:
        filters, free = apart_from_pool(record_type, filters, by)
    return [
        *free,
        *where(record_type, filters, by, readable),
        *found_by(record_type, asked.q, by, readable),
    ]


def search_conditions(record_type: RecordType, q: str, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of the words of a search alone, over what `by` may read of a record."""
    readable = readable_keys(record_type, by)
    return found_by(record_type, q, by, readable)
