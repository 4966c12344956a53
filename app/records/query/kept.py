"""A page of a whole list, without words and filters: the statement that most pages run, kept.

Whoever reads and where the page begins are parameters, so that one statement serves all whose roles
read as far. Putting it together would cost a page as much as running it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, literal_column, tuple_

from app.kernel.actor import Actor
from app.records.access import live, reached
from app.records.query.columns import Reaches, columns, reader_as_far, readers
from app.records.query.cursor import Place
from app.records.types import RecordType
from tenants.prepared import Prepared, of_any_length


def parameters(by: Actor, at: Place | None) -> Mapping[str, Any]:
    """What `page_of_all` is run with, for `by`."""
    place = {} if at is None else {"at_value": at.value, "at_id": at.record_id}
    return {**readers(by), **place}


@lru_cache(maxsize=1024)
def page_of_all(
    record_type: RecordType,
    keys: tuple[str, ...],
    sort: str,
    reaches: Reaches,
    _language: str,
    *,
    with_titles: bool,
    downwards: bool,
    is_placed: bool,
    most: int,
) -> Prepared:
    """The rows of all that may be read, at most so many, from a place on where it `is_placed`.

    `sort` must have been checked against the reader's rights, as `sort_key` does; what it is in SQL
    follows the language in use.
    """
    key: ColumnElement[Any] = record_type.by_key[sort.removeprefix("-")].sort_expression
    row_id = record_type.model.id
    may_read = reached(record_type, record_type.model, "read", reader_as_far(dict(reaches)))
    statement = columns(record_type, keys, reaches if with_titles else None)
    statement = statement.add_columns(of_any_length(key).label("sort_key")).where(
        live(record_type), may_read
    )
    if is_placed:
        pair = tuple_(key, row_id)
        place = tuple_(bindparam("at_value", type_=key.type), bindparam("at_id", type_=Uuid()))
        statement = statement.where(pair < place if downwards else pair > place)
    order = [one.desc() if downwards else one for one in (key, row_id)]
    # Spelt out, as the database plans for few rows only if it knows that they are few.
    return Prepared(statement.order_by(*order).limit(literal_column(str(most))))
