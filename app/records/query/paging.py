"""One page of a list: found by key and not by offset, in one statement or by a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, null, tuple_
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.kernel.language import current
from app.records.access import permitted, readable_keys
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.cursor import Met, Place, read_cursor, write_cursor
from app.records.query.kept import Shape, page_of_all, page_of_words, parameters
from app.records.query.narrowing import conditions
from app.records.query.order import default_sort, sort_key, walk_of
from app.records.query.search import given, words_of
from app.records.query.searched import Sought, page_of_search
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
    are_many: bool = False,
) -> Page:
    """The rows of a list that `by` may read, with id, version and the fields in `keys`.

    A reference `x_id` brings its title as `x_id__title`, unless `with_titles` is off; it is None
    where `by` may not open what is referred to. With `are_many` the words are known to hit more
    rows than are gathered. Refused when the order or the cursor is none of this list.
    """
    sort = asked.sort or default_sort(record_type, by)
    walked = walk_of(record_type, sort, asked, by)
    if walked is not None:
        return _walked(record_type, asked, by, keys, walked, sort, with_titles=with_titles)
    key, is_descending = sort_key(record_type, sort, by)
    at = read_cursor(asked.cursor, sort, key.type) if asked.cursor else None
    after = at is None or at.after
    shape = Shape(
        keys=tuple(keys),
        sort=sort,
        reaches=read_reaches(by),
        language=current(),
        with_titles=with_titles,
        downwards=is_descending is after,
        is_placed=at is not None,
        most=asked.limit + 1,
    )
    if asked.filters:
        rows = _narrowed(record_type, shape, asked, by, key, at)
    elif asked.q.strip():
        rows = _searched(record_type, shape, asked.q, by, at, are_many=are_many)
    else:
        rows = list(page_of_all(record_type, shape).run(by.session, parameters(by, at)))
    return _cut(rows, rows, asked, sort, after)


def _searched(
    record_type: RecordType, shape: Shape, q: str, by: Actor, at: Place | None, *, are_many: bool
) -> list[Row[Any]]:
    """The rows that a search finds, without filters."""
    words = words_of(q)
    if not words:
        return []
    kinds, readable = tuple(one.kind for one in words), readable_keys(record_type, by)
    statement = page_of_words(record_type, shape, readable, kinds, are_many=are_many)
    return list(by.session.execute(statement, {**parameters(by, at), **given(words)}))


def _narrowed(
    record_type: RecordType,
    shape: Shape,
    asked: Query,
    by: Actor,
    key: ColumnElement[Any],
    at: Place | None,
) -> list[Row[Any]]:
    """The rows that filters leave, of a search too; each filter makes a statement of its own."""
    fits_all = conditions(record_type, asked, by)
    place = None if at is None else (literal(at.value, key.type), literal(at.record_id))
    if asked.q.strip():
        sought = Sought(shape.keys, shape.titles, key, shape.downwards, place, shape.most)
        found = page_of_search(record_type, sought, fits_all)
        return list(by.session.execute(found, readers(by)))
    statement = columns(record_type, shape.keys, shape.titles).add_columns(key.label("sort_key"))
    statement = statement.where(*fits_all)
    pair = (key, record_type.model.id)
    if place is not None:
        here, bound = tuple_(*pair), tuple_(*place)
        statement = statement.where(here < bound if shape.downwards else here > bound)
    order = [one.desc() if shape.downwards else one for one in pair]
    return list(by.session.execute(statement.order_by(*order).limit(shape.most), readers(by)))


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
