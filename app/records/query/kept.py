"""A page of a list without filters, whole or of a search: the statements that most pages run, kept.

Whoever reads, where the page begins and what the words are, are parameters, so that one statement
serves all whose roles read as far. Putting it together would cost a page as much as running it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, literal_column, tuple_

from app.kernel.actor import Actor
from app.records.access import live, reached
from app.records.query.columns import Reaches, columns, reader_as_far, readers
from app.records.query.cursor import Place
from app.records.query.search import hold_all, slot
from app.records.query.searched import Sought, page_of_search
from app.records.types import RecordType
from tenants.prepared import Prepared, of_any_length


def parameters(by: Actor, at: Place | None) -> Mapping[str, Any]:
    """What `page_of_all` is run with, for `by`."""
    place = {} if at is None else {"at_value": at.value, "at_id": at.record_id}
    return {**readers(by), **place}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the statement of a page depends on beside its type.

    `sort` must have been checked against the reader's rights, as `sort_key` does; what it is in SQL
    follows the language in use, and so do titles. `downwards` is which way the key runs from the
    place on, where the page `is_placed`; at most `most` rows are wanted.
    """

    keys: tuple[str, ...]
    sort: str
    reaches: Reaches
    language: str
    with_titles: bool
    downwards: bool
    is_placed: bool
    most: int

    @property
    def titles(self) -> Reaches | None:
        """What `columns` takes for titles, or for none."""
        return self.reaches if self.with_titles else None


@lru_cache(maxsize=1024)
def page_of_all(record_type: RecordType, shape: Shape) -> Prepared:
    """The rows of all that may be read."""
    key: ColumnElement[Any] = record_type.by_key[shape.sort.removeprefix("-")].sort_expression
    row_id = record_type.model.id
    may_read = reached(record_type, record_type.model, "read", reader_as_far(dict(shape.reaches)))
    statement = columns(record_type, shape.keys, shape.titles)
    statement = statement.add_columns(of_any_length(key).label("sort_key")).where(
        live(record_type), may_read
    )
    if shape.is_placed:
        pair, place = tuple_(key, row_id), tuple_(*_place(key))
        statement = statement.where(pair < place if shape.downwards else pair > place)
    order = [one.desc() if shape.downwards else one for one in (key, row_id)]
    # Spelt out, as the database plans for few rows only if it knows that they are few.
    return Prepared(statement.order_by(*order).limit(literal_column(str(shape.most))))


@lru_cache(maxsize=1024)
def page_of_words(
    record_type: RecordType,
    shape: Shape,
    readable: frozenset[str],
    kinds: tuple[str, ...],
    *,
    are_many: bool,
) -> Select[Any]:
    """The rows that hold words of these kinds, which come as `given` makes them.

    `readable` are the keys of the fields that may be seen, `are_many` is that of `Sought`.
    """
    key: ColumnElement[Any] = record_type.by_key[shape.sort.removeprefix("-")].sort_expression
    reader = reader_as_far(dict(shape.reaches))
    words = [slot(place, kind) for place, kind in enumerate(kinds)]
    sought = Sought(
        shape.keys,
        shape.titles,
        key,
        shape.downwards,
        _place(key) if shape.is_placed else None,
        shape.most,
        are_many,
    )
    fits_all = [
        live(record_type),
        reached(record_type, record_type.model, "read", reader),
        *hold_all(record_type, words, reader, readable),
    ]
    return page_of_search(record_type, sought, fits_all)


def _place(key: ColumnElement[Any]) -> tuple[Any, Any]:
    """Where a page begins, as parameters."""
    return bindparam("at_value", type_=key.type), bindparam("at_id", type_=Uuid())
