"""One page of a list: found by key and not by offset, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, tuple_
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.cursor import read_cursor, write_cursor
from app.records.query.narrowing import conditions
from app.records.query.order import default_sort, sort_key
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; rows carry the columns asked for, `titles` name their references."""

    rows: Sequence[Row[Any]]
    sort: str
    next: str | None
    previous: str | None


def page(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    keys: Sequence[str],
    *,
    with_titles: bool = True,
) -> Page:
    """The rows of a list that `by` may read, with id, version and the fields in `keys`.

    A reference `x_id` brings its title as `x_id__title`, unless `with_titles` is off; it is None
    where `by` may not open what is referred to. Refused when the order or the cursor is none of
    this list.
    """
    sort = asked.sort or default_sort(record_type, by)
    key, is_descending = sort_key(record_type, sort, by)
    at = read_cursor(asked.cursor, sort, key.type) if asked.cursor else None
    after = at is None or at.after
    reaches = read_reaches(by) if with_titles else None
    statement = columns(record_type, tuple(keys), reaches).add_columns(key.label("sort_key"))
    statement = statement.where(*conditions(record_type, asked, by))
    downwards = is_descending is after
    if at is not None:
        pair = tuple_(key, record_type.model.id)
        bound = tuple_(literal(at.value, key.type), literal(at.record_id))
        statement = statement.where(pair < bound if downwards else pair > bound)
    order = (key, record_type.model.id)
    statement = statement.order_by(*(one.desc() if downwards else one for one in order))
    rows = list(by.session.execute(statement.limit(asked.limit + 1), readers(by)))
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    if not after:
        rows.reverse()
    has_next, has_previous = (more, bool(asked.cursor)) if after else (True, more)
    return Page(
        rows,
        sort,
        write_cursor(sort, True, rows[-1]) if rows and has_next else None,
        write_cursor(sort, False, rows[0]) if rows and has_previous else None,
    )
