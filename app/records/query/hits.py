"""The first hits of a search among many types at once, in one statement.

Most words hit few records of one or two types, so it is asked for all types together which records
those are, and only of those is anything fetched. The statement depends on how far somebody reads,
never on who it is and what the words are: it is put together once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.kernel.actor import Actor
from app.kernel.language import current
from app.records.access import live, reached, readable_keys
from app.records.query.columns import Reaches, read_reaches, reader_as_far, readers
from app.records.query.order import default_sort, sort_key
from app.records.query.search import Word, given, hold_all, slot, words_of
from app.records.query.searched import PROBED
from app.records.types import RecordType


@dataclass(slots=True)
class Hits:
    """What the words hit of one type: `first`, and those of `lately`.

    Those whose title has a word that begins with the first one come before the rest, else they are
    in the order of their list.

    Where `are_many`, some were not looked at, and `first` are any of them.
    """

    first: list[UUID] = field(default_factory=list)
    lately: set[UUID] = field(default_factory=set)
    are_many: bool = False


class _Asked(NamedTuple):
    """One type of a search: the order of its hits, and what of it the reader sees."""

    record_type: RecordType
    sort: str
    readable: frozenset[str]
    has_lately: bool


def first_hits(
    types: Sequence[RecordType],
    q: str,
    by: Actor,
    lately: Mapping[str, Sequence[UUID]],
    limit: int,
) -> dict[str, Hits]:
    """The first `limit` records of each type that fit the words and that `by` may read, by its key.

    Among the records of `lately`, ids by type, all are told that fit. A type without hits is left
    out.
    """
    words = words_of(q)
    if not words or not types:
        return {}
    asked = tuple(
        _Asked(
            one,
            default_sort(one, by),
            frozenset(readable_keys(one, by)),
            bool(lately.get(one.key)),
        )
        for one in types
    )
    for one in asked:
        sort_key(one.record_type, one.sort, by)  # Refused where the reader may not order so.
    kinds = tuple(word.kind for word in words)
    statement = _statement(asked, kinds, read_reaches(by), limit, current())
    values: dict[str, Any] = {**readers(by), **given(words)}
    values |= {f"lately_{n}": list(lately.get(one.key, ())) for n, one in enumerate(types)}
    found: dict[str, Hits] = {}
    for place, record_id, rank, met in by.session.execute(statement, values):
        hits = found.setdefault(types[place].key, Hits())
        if rank is None:
            hits.lately.add(record_id)
        else:
            hits.first.append(record_id)
            hits.are_many = met > PROBED
    return found


@lru_cache(maxsize=1024)
def _statement(
    asked: tuple[_Asked, ...], kinds: tuple[str, ...], reaches: Reaches, limit: int, _language: str
) -> Select[Any]:
    """SELECT place of the type, id, rank (NULL: one of lately), number of hits looked at."""
    reader = reader_as_far(dict(reaches))
    words = [slot(place, kind) for place, kind in enumerate(kinds)]
    legs: list[Select[Any]] = []
    for place, (record_type, sort, readable, has_lately) in enumerate(asked):
        model = record_type.model
        number: Any = literal_column(str(place)).label("place")
        fits = [
            live(record_type),
            reached(record_type, model, "read", reader),
            *hold_all(record_type, words, reader, readable),
        ]
        key, turned = _order(record_type, sort)
        begins = _begins(record_type, words[0]).label("begins")
        hit = select(model.id, key.label("sort_key"), begins).where(*fits)
        probe = hit.limit(literal_column(str(PROBED + 1))).cte(f"probe_{place}")
        order = [one.desc() if turned else one for one in (probe.c.sort_key, probe.c.id)]
        rank = func.row_number().over(order_by=[probe.c.begins.desc(), *order]).label("rank")
        met = select(func.count()).select_from(probe).scalar_subquery().label("met")
        best = select(number, probe.c.id, rank, met).order_by(rank).limit(limit)
        legs.append(select(best.subquery(f"best_{place}")))
        if has_lately:
            ids = bindparam(f"lately_{place}", type_=ARRAY(Uuid()))
            legs.append(
                select(number, model.id, null().label("rank"), null().label("met")).where(
                    model.id == any_(ids), *fits
                )
            )
    every = union_all(*legs).subquery("hits").c
    return select(every.place, every.id, every.rank, every.met).order_by(every.place, every.rank)


def _begins(record_type: RecordType, word: Word) -> ColumnElement[bool]:
    """Titles of which a word begins with this one, in pinyin too: Scott before Prescott."""
    title = record_type.by_key[record_type.title.key]
    texts = [record_type.title_text]
    if title.sort is not None:
        texts.append(title.sort.expression)
    patterns = (word.first, word.later)
    begun = (text.ilike(one, escape="\\") for text in texts for one in patterns)
    return func.coalesce(or_(*begun), false())


def _order(record_type: RecordType, sort: str) -> tuple[Any, bool]:
    """The order of a list in SQL, and whether it descends; checked before against the rights."""
    one = record_type.by_key[sort.removeprefix("-")]
    key = record_type.model.created_at.expression if one.is_walked else one.sort_expression
    return key, sort.startswith("-")
