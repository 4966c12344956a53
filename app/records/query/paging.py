"""One page of a list: found by key and not by offset, in one statement or by a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, null, tuple_
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.kernel.language import current
from app.records.access import permitted
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.cursor import Met, read_cursor, write_cursor
from app.records.query.kept import page_of_all, parameters
from app.records.query.narrowing import conditions
from app.records.query.order import default_sort, sort_key, walk_of
from app.records.query.searched import page_of_search
from app.records.query.walk import Walk, walk
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; rows carry the columns asked for, `titles` name their references."""

    rows: Sequence[Row[Any]]
    sort: str
    next: str | None
    previous: str | None


NO_ROWS = Page((), "", None, None)


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
    walked = walk_of(record_type, sort, asked, by)
    if walked is not None:
        return _walked(record_type, asked, by, keys, walked, sort, with_titles=with_titles)
    key, is_descending = sort_key(record_type, sort, by)
    at = read_cursor(asked.cursor, sort, key.type) if asked.cursor else None
    after = at is None or at.after
    reaches = read_reaches(by)
    downwards = is_descending is after
    if not asked.q.strip() and not asked.filters:
        kept = page_of_all(
            record_type,
            tuple(keys),
            sort,
            reaches,
            current(),
            with_titles=with_titles,
            downwards=downwards,
            is_placed=at is not None,
            most=asked.limit + 1,
        )
        rows = list(kept.run(by.session, parameters(by, at)))
        return _cut(rows, rows, asked, sort, after)
    if asked.q.strip():
        found = page_of_search(
            record_type, asked, by, keys, key, at, with_titles=with_titles, downwards=downwards
        )
        rows = list(by.session.execute(found, readers(by)))
        return _cut(rows, rows, asked, sort, after)
    statement = columns(record_type, tuple(keys), reaches if with_titles else None)
    statement = statement.add_columns(key.label("sort_key"))
    statement = statement.where(*conditions(record_type, asked, by))
    if at is not None:
        pair = tuple_(key, record_type.model.id)
        bound = tuple_(literal(at.value, key.type), literal(at.record_id))
        statement = statement.where(pair < bound if downwards else pair > bound)
    order = (key, record_type.model.id)
    statement = statement.order_by(*(one.desc() if downwards else one for one in order))
    rows = list(by.session.execute(statement.limit(asked.limit + 1), readers(by)))
    return _cut(rows, rows, asked, sort, after)


def _walked(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    keys: Sequence[str],
    walked: Walk,
    sort: str,
    *,
    with_titles: bool,
) -> Page:
    """A page of a list that is walked: which rows, and then what is fetched of them."""
    at = read_cursor(asked.cursor, sort, walked.read) if asked.cursor else None
    after = at is None or at.after
    stop = None if at is None else (at.value, at.record_id)
    met = walk(walked, by, asked.limit + 1, stop, forward=after)
    statement = columns(record_type, tuple(keys), read_reaches(by) if with_titles else None)
    statement = statement.add_columns(null().label("sort_key"))
    chosen = record_type.model.id.in_([one.id for one in met])
    found = by.session.execute(statement.where(chosen, permitted(record_type, by)), readers(by))
    by_id = {row.id: row for row in found}
    met = [one for one in met if one.id in by_id]  # Whatever went between the two is gone.
    return _cut([by_id[one.id] for one in met], met, asked, sort, after)


def _cut(
    rows: list[Row[Any]], met: Sequence[Row[Any] | Met], asked: Query, sort: str, after: bool
) -> Page:
    """A page of the rows found, which are one more than asked for where others follow.

    `met` are the same rows with what the cursors hold of them.
    """
    more = len(rows) > asked.limit
    rows, met = rows[: asked.limit], met[: asked.limit]
    if not after:
        rows, met = rows[::-1], met[::-1]
    has_next, has_previous = (more, bool(asked.cursor)) if after else (True, more)
    return Page(
        rows,
        sort,
        write_cursor(sort, True, met[-1]) if rows and has_next else None,
        write_cursor(sort, False, met[0]) if rows and has_previous else None,
    )
