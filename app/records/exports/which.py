"""Which rows an export takes: those of a list, or those that were ticked, in the list's order.

The ids are found first and once, so that what changes its place meanwhile is neither left out nor
taken twice; the rows are then read page by page by their ids, with the rights of that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.records.access import permitted, within_reach
from app.records.bulk.selection import Counted
from app.records.query import Query, Walk, conditions, default_sort, sort_key, walk, walk_of
from app.records.query.columns import columns, read_reaches, readers
from app.records.types import EXPORT, RecordType

WALKED = 5_000  # Rows of one step of a walk.
FETCHED = 10_000  # Ids of one trip to the database's cursor.


@dataclass(frozen=True, slots=True)
class Which:
    """The rows of a list, or of them those with these ids."""

    asked: Query
    ids: tuple[UUID, ...] = ()

    def conditions(self, record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
        """The WHERE of what `by` may read of them; Refused for a list of no sense."""
        if self.ids:
            return [_among(record_type, self.ids), permitted(record_type, by)]
        return conditions(record_type, self.asked, by)


def count_rows(record_type: RecordType, which: Which, by: Actor) -> Counted:
    """The numbers before the export, in one statement."""
    reaches = within_reach(record_type, by, EXPORT).label("reaches")
    found = select(reaches).where(*which.conditions(record_type, by)).subquery()
    counted = select(func.count(), func.count().filter(found.c.reaches))
    total, reached = by.session.execute(counted).one()
    return Counted(total, reached)


def packed_ids(record_type: RecordType, which: Which, by: Actor) -> bytes:
    """The ids of the rows in the list's order, sixteen bytes each: a million in sixteen megabytes.

    Refused for an order that is none of this list.
    """
    sort = which.asked.sort or default_sort(record_type, by)
    walked = None if which.ids else walk_of(record_type, sort, which.asked, by)
    if walked is not None:
        return b"".join(_walked(walked, by))
    key, is_descending = sort_key(record_type, sort, by)
    order = (key, record_type.model.id)
    statement = (
        select(record_type.model.id)
        .where(*which.conditions(record_type, by), within_reach(record_type, by, EXPORT))
        .order_by(*(one.desc() if is_descending else one for one in order))
    )
    found = by.session.scalars(statement, execution_options={"yield_per": FETCHED})
    return b"".join(one.bytes for one in found)


def _walked(walked: Walk, by: Actor) -> Iterator[bytes]:
    at = None
    while True:
        met = walk(walked, by, WALKED, at)
        yield from (one.id.bytes for one in met)
        if len(met) < WALKED:
            return
        at = (walked.read(met[-1].sort_key), met[-1].id)


def pages(packed: bytes, size: int) -> Iterator[list[UUID]]:
    """The ids, page by page."""
    for start in range(0, len(packed), 16 * size):
        part = packed[start : start + 16 * size]
        yield [UUID(bytes=part[at : at + 16]) for at in range(0, len(part), 16)]


def rows_of(
    record_type: RecordType, ids: Sequence[UUID], keys: Sequence[str], by: Actor
) -> list[Row[Any]]:
    """The rows with these ids in their order, as far as `by` may still read and export them."""
    statement = columns(record_type, tuple(keys), read_reaches(by)).where(
        _among(record_type, ids),
        permitted(record_type, by),
        within_reach(record_type, by, EXPORT),
    )
    found = {row.id: row for row in by.session.execute(statement, readers(by))}
    return [found[one] for one in ids if one in found]


def _among(record_type: RecordType, ids: Sequence[UUID]) -> ColumnElement[bool]:
    held = literal(list(ids), ARRAY(Uuid()))
    found: ColumnElement[bool] = record_type.model.id == any_(held)
    return found
