"""Lists: access, filters, search, order and page in one statement, by key and not by offset."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from math import isfinite
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Select,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.searchkeys import OTHER, Term, query_terms
from app.records.access import (
    Reader,
    owners,
    permitted,
    reached,
    readable_fields,
    reader_of,
    refers_to_readable,
)
from app.records.filters import Node, where
from app.records.registry import registry
from app.records.sharing.followers import followed
from app.records.sharing.rules import Rule, rules_for
from app.records.types import RecordType
from app.records.values import WHOLE_LIMIT, Unfit, as_json, clean_text

COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Far:
    """How far a reader reads one type: the reach, what is shared, whether something is followed."""

    reach: Reach | None
    rules: tuple[Rule, ...]
    follows: bool


Reaches = tuple[tuple[str, Far], ...]
# Whose records a reader's titles may be, as parameters of a statement that is kept for many.
READERS: Mapping[Reach, BindParameter[Any]] = {
    reach: bindparam(f"readers_{reach.name.lower()}", expanding=True, type_=Uuid())
    for reach in (Reach.OWN, Reach.TEAM)
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a person or a program asked of a list."""

    q: str = ""
    filters: tuple[Node, ...] = ()
    sort: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind (or before) the row with this sort key and id."""

    after: bool
    value: Any
    record_id: UUID


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
    reaches = _read_reaches(by) if with_titles else None
    statement = _columns(record_type, tuple(keys), reaches).add_columns(key.label("sort_key"))
    statement = statement.where(*conditions(record_type, asked, by))
    downwards = is_descending is after
    if at is not None:
        pair = tuple_(key, record_type.model.id)
        bound = tuple_(literal(at.value, key.type), literal(at.record_id))
        statement = statement.where(pair < bound if downwards else pair > bound)
    order = (key, record_type.model.id)
    statement = statement.order_by(*(one.desc() if downwards else one for one in order))
    rows = list(by.session.execute(statement.limit(asked.limit + 1), _readers(by)))
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


def conditions(record_type: RecordType, asked: Query, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of a list: access, filters, search."""
    readable = {field.key for field in readable_fields(record_type, by)}
    return [
        permitted(record_type, by, "read"),
        *where(record_type, asked.filters, by, readable),
        *_search(record_type, asked.q, by, readable),
    ]


def search_conditions(record_type: RecordType, q: str, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of the words of a search alone, over what `by` may read of a record."""
    readable = {field.key for field in readable_fields(record_type, by)}
    return _search(record_type, q, by, readable)


def count(record_type: RecordType, asked: Query, by: Actor, *, cap: int | None = COUNT_CAP) -> int:
    """How many rows a list has: exact up to `cap`, and cap + 1 for all beyond it."""
    found = select(literal(1)).select_from(record_type.model)
    found = found.where(*conditions(record_type, asked, by))
    if cap is not None:
        found = found.limit(cap + 1)
    return by.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def count_attention(record_type: RecordType, by: Actor, cap: int = 999) -> int | None:
    """How many records need attention: their next step is overdue; None where there is no such."""
    if record_type.attention is None:
        return None
    found = (
        select(literal(1))
        .select_from(record_type.model)
        .where(permitted(record_type, by, "read"), record_type.attention < by.now)
        .limit(cap + 1)
    )
    return by.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()


@lru_cache(maxsize=1024)
def _columns(
    record_type: RecordType, keys: tuple[str, ...], reaches: Reaches | None
) -> Select[Any]:
    """SELECT id, version and the fields, each reference with the title of what it points to.

    One statement serves all whose roles read as far (`reaches`); who they are is a parameter.
    Without `reaches` there are no titles.
    """
    model = record_type.model
    base: list[Any] = [model.id, model.version]
    statement: Select[Any] = select(*base)
    for key in dict.fromkeys(keys):
        field = record_type.by_key[key]
        statement = statement.add_columns(field.expression.label(field.key))
        if field.to and reaches is not None:
            target, title, may_read = _titled(field.to, key, dict(reaches))
            statement = statement.add_columns(title.label(f"{key}__title"))
            statement = statement.outerjoin(target, (target.id == field.target_id) & may_read)
    return statement


def _titled(to: str, key: str, reaches: Mapping[str, Far]) -> tuple[Any, Any, Any]:
    """An alias of the table that the reference `key` points to, its title, and who may see it."""
    if to == "user":
        user = _alias(User, key)
        return user, user.name, true()
    target = registry().type(to)
    alias = _alias(target.model, key)
    may_read = reached(
        target,
        alias,
        "read",
        Reader(
            lambda kind, _verb: reaches[kind].reach,
            READERS.__getitem__,
            lambda kind, _verb: reaches[kind].rules,
            lambda kind: _followed(kind) if reaches[kind].follows else None,
        ),
    )
    return alias, getattr(alias, target.title.key), and_(alias.deleted_at.is_(None), may_read)


def _read_reaches(by: Actor) -> Reaches:
    """How far `by` reads each record type."""
    return tuple(
        (
            one.key,
            Far(
                by.rights.reach(one.key, "read"),
                rules_for(by, one.key, "read"),
                bool(followed(by, one.key)),
            ),
        )
        for one in registry()
    )


def _readers(by: Actor) -> dict[str, list[UUID | None]]:
    """The values of READERS and of what is followed, for `by`."""
    values: dict[str, list[UUID | None]] = {
        READERS[reach].key: list(owners(by, reach)) for reach in READERS
    }
    return values | {_followed(one.key).key: list(followed(by, one.key)) for one in registry()}


@cache
def _followed(record_type: str) -> BindParameter[Any]:
    """The records of a type that a reader follows, as a parameter like those of READERS."""
    return bindparam(f"followed_{record_type}", expanding=True, type_=Uuid())


@lru_cache(maxsize=1024)
def _alias(model: Any, _key: str) -> Any:
    """One alias for each reference, made once: it copies every column of its table."""
    return aliased(model)


def default_sort(record_type: RecordType, by: Actor) -> str:
    """The order where none is asked for: the type's, unless `by` may not see its field."""
    readable = {field.key for field in readable_fields(record_type, by)}
    usual = (record_type.default_sort, "-created_at", "-updated_at", record_type.title.key)
    return next((one for one in usual if one.removeprefix("-") in readable), usual[0])


def sort_key(record_type: RecordType, sort: str, by: Actor) -> tuple[ColumnElement[Any], bool]:
    """The expression to order by, never NULL, and whether it descends."""
    name = sort.removeprefix("-")
    field = record_type.by_key.get(name)
    readable = {one.key for one in readable_fields(record_type, by)}
    if field is None or not field.is_sortable or name not in readable:
        raise Refused(_("This list can't be sorted by that."), field="sort")
    return field.sort_expression, sort.startswith("-")


def _search(
    record_type: RecordType, q: str, by: Actor, readable: Collection[str]
) -> list[ColumnElement[bool]]:
    """Conditions that each word is found: substring by trigram, one or two characters by gram.

    The keys hold every field that can be found, and the title of another record (`search_other`).
    Where one of them is hidden from the reader, a word must stand in what is not, or a search would
    tell what the page does not.
    """
    is_told = all(attribute.key in readable for attribute in record_type.search)
    other = _other(record_type, by, readable)
    found: list[ColumnElement[bool]] = []
    terms = query_terms(q.replace("\x00", ""))
    if q.strip() and not terms:
        return [false()]  # Signs alone are borne by nobody.
    for term in terms:
        keys = _keys(record_type, term)
        found.append(keys.anywhere)
        if not is_told or other is not None:
            told = (one for one in record_type.search if one.key in readable)
            in_told = or_(false(), *(one.ilike(term.like, escape="\\") for one in told))
            own = keys.own if is_told else and_(keys.own, in_told)
            may_open = true() if other is None else other
            found.append(or_(own, and_(keys.other, may_open)))
    return found


def _other(
    record_type: RecordType, by: Actor, readable: Collection[str]
) -> ColumnElement[bool] | None:
    """Where the title of `search_other` may find a row; None where it may find any."""
    reference = record_type.search_other
    if reference is None:
        return None
    if reference.key not in readable:
        return false()
    if by.rights.reach(record_type.field(reference.key).to or "", "read") is Reach.ALL:
        return None
    return refers_to_readable(record_type, reference, reader_of(by))


@dataclass(frozen=True, slots=True)
class Keys:
    """The conditions that the keys of a row hold a word: at all, its own keys, another's."""

    anywhere: ColumnElement[bool]
    own: ColumnElement[bool]
    other: ColumnElement[bool]


def _keys(record_type: RecordType, term: Term) -> Keys:
    """The conditions of one word; `anywhere` is the one that an index answers."""
    text, found = record_type.model.search_text, record_type.model.search_grams
    if term.kind == "contains":
        anywhere = text.like(term.like, escape="\\")
        if record_type.search_other is None:
            return Keys(anywhere, anywhere, false())
        parts = [func.split_part(text, OTHER, part) for part in (1, 2)]
        first, second = (part.like(term.like, escape="\\") for part in parts)
        return Keys(anywhere, first, second)
    own = found.contains([term.text])
    if record_type.search_other is None:
        return Keys(own, own, false())
    marked = OTHER + term.text
    return Keys(found.overlap([term.text, marked]), own, found.contains([marked]))


def write_cursor(sort: str, after: bool, row: Row[Any]) -> str:
    """A cursor behind (or before) `row` in a list ordered by `sort`."""
    parts = [sort, after, as_json(row.sort_key), str(row.id)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, key: TypeEngine[Any]) -> Place:
    """The place that a cursor holds in a list whose order has keys of the type `key`.

    Refused when it is none of this list, or was made up.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        its_sort, after, value, last_id = json.loads(base64.urlsafe_b64decode(padded))
        record_id = parse_id(last_id) if isinstance(last_id, str) else None
        if its_sort != sort or not isinstance(after, bool) or record_id is None:
            raise ValueError(cursor)
        return Place(after, _sort_value(value, key), record_id)
    except (ValueError, TypeError, OverflowError, RecursionError, Unfit):
        raise Refused(_("This page of the list does not exist."), field="cursor") from None


def _sort_value(value: Any, key: TypeEngine[Any]) -> Any:
    """A cursor's value as the database compares it; ValueError or TypeError when it is no such."""
    if isinstance(key, DateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC)  # The database takes fewer offsets than Python does.
    if isinstance(key, Date):
        return date.fromisoformat(value)
    if isinstance(key, JSON | Numeric):
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise TypeError(value)
        return value
    if isinstance(key, Integer):
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > WHOLE_LIMIT:
            raise TypeError(value)
        return value
    return "" if value == "" else clean_text(value)
