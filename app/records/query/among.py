"""Those of some records that may be read and fit the words of a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.narrowing import conditions
from app.records.types import RecordType


def rows_among(
    record_type: RecordType, ids: Collection[UUID], asked: Query, by: Actor, keys: Sequence[str]
) -> list[Row[Any]]:
    """The rows with these ids that `by` may read and that are as `asked`, in no order.

    As `page` answers with them; order, cursor and limit of `asked` don't matter. `ids` go into the
    statement, so they should be few.
    """
    statement = columns(record_type, tuple(keys), read_reaches(by))
    statement = statement.where(record_type.model.id.in_(ids), *conditions(record_type, asked, by))
    return list(by.session.execute(statement, readers(by)))
