"""How many rows a list has, up to a cap."""

from __future__ import annotations

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.records.query.asked import Query
from app.records.query.few import met
from app.records.types import RecordType

COUNT_CAP = 10_000


def count(record_type: RecordType, asked: Query, by: Actor, *, cap: int | None = COUNT_CAP) -> int:
    """How many rows a list has: exact up to `cap`, and cap + 1 for all beyond it."""
    found = met(record_type, asked, by, None if cap is None else cap + 1)
    return by.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
