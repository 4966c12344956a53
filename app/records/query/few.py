"""Lists that show few of very many rows: those are gathered and sorted, and no order is followed.

Following the order of a list costs nothing while most rows are shown: a page ends after some more
than its fifty. Where a reader reaches 300 of a million, or filters and words leave as many, it
goes through all of them. Which of the two ways is taken changes no answer, so how many rows there
are may be known from a minute ago.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, union, union_all

from app.kernel.actor import Actor, Reach
from app.kernel.remembered import Remembered
from app.records.access import grounds, live, reader_of
from app.records.query.asked import Query
from app.records.query.narrowing import narrowing
from app.records.types import RecordType

FEW = 3_000  # Rows: about as many as following the order of a million would meet before a page.
MINUTE = 60

_known: Remembered[bool] = Remembered(4096)


def are_few(record_type: RecordType, asked: Query, by: Actor) -> bool:
    """True where a list has at most FEW rows, now or a minute ago; all rows of a type never are.

    No statement is run for who reads all of a type without filters and words.
    """
    if _is_whole(record_type, by) and not asked.filters and not asked.q.strip():
        return False
    minute = int(by.now.timestamp()) // MINUTE
    whose = (by.tenant.id, by.user_id, by.role_id, record_type.key)
    key = (*whose, asked.q, asked.filters, minute)
    return _known.get(key, lambda: _count(record_type, asked, by) <= FEW)


def gathered(record_type: RecordType, asked: Query, by: Actor) -> list[ColumnElement[bool]]:
    """The WHERE of a list, as `conditions`, for rows that are gathered.

    Each ground on which a row may be read is asked by itself, so that each finds its rows by an
    index of its own; a row with one of several grounds is found by none.
    """
    return [
        live(record_type),
        _within_reach(record_type, by),
        *narrowing(record_type, asked, by),
    ]


def unindexed(key: Any) -> Any:
    """The same key as something that no index holds, so that rows are sorted by it once found."""
    return func.coalesce(key, key)


def met(
    record_type: RecordType, asked: Query, by: Actor, cap: int | None, *also: ColumnElement[bool]
) -> Select[Any]:
    """The ids of a list's rows of which `also` holds, at most `cap`, to be counted.

    They too are found ground by ground where there are several, each up to the cap.
    """
    model, held = record_type.model, _grounds(record_type, by)
    narrowed = [*narrowing(record_type, asked, by), *also]
    first, *others = (select(model.id).where(live(record_type), one, *narrowed) for one in held)
    if cap is None:
        return select(union(first, *others).subquery()) if others else first
    first = first.limit(cap)
    if not others:
        return first
    # The others are dear where they let read many, and not asked where the first is enough.
    of_first = first.cte()
    is_short = select(func.count()).select_from(of_first).scalar_subquery() < cap
    parts = (part.limit(cap).subquery() for part in others)
    found = union(select(of_first.c.id), *(select(part.c.id).where(is_short) for part in parts))
    return select(found.subquery()).limit(cap)


def _is_whole(record_type: RecordType, by: Actor) -> bool:
    return by.rights.reach(record_type.key, "read") is Reach.ALL


def _grounds(record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
    """Each ground on which `by` may read rows; of nobody's rows where there is none."""
    reader = reader_of(by)
    found = [one.holds for one in grounds(record_type, record_type.model, "read", reader)]
    return found or [false()]


def _within_reach(record_type: RecordType, by: Actor) -> ColumnElement[bool]:
    """The rows of which one ground holds at least, found ground by ground."""
    model, held = record_type.model, _grounds(record_type, by)
    if len(held) == 1:
        return held[0]
    found = [select(model.id).where(live(record_type), one).correlate(None) for one in held]
    within: ColumnElement[bool] = model.id.in_(union_all(*found))
    return within


def _count(record_type: RecordType, asked: Query, by: Actor) -> int:
    """How many rows there are, up to one beyond FEW."""
    some = met(record_type, asked, by, FEW + 1).subquery()
    return by.session.execute(select(func.count()).select_from(some)).scalar_one()
