"""Records of one type that stand below each other: none may stand below itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, inspect, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text

DEEPEST = 50  # Records above a record; a longer way up is a circle.


def refuse_circle(record: Any, by: Actor, message: Text) -> None:
    """Refused with `message` when `record` stands above itself by `parent_id`, by whatever way.

    Of two that are moved below each other at the same moment, the second one sees the first.
    """
    if record.version == 1:
        return  # Nothing can stand below a new record yet.
    if inspect(record).attrs.parent_id.history.has_changes():
        refuse_standing_circle(record, by, message)


def refuse_standing_circle(record: Any, by: Actor, message: Text) -> None:
    """The same whether or not it was `record` that was moved: others may have been, below it."""
    if record.parent_id is None:
        return
    model = type(record)
    named = f"{by.tenant.id}:{model.__tablename__}:parent_id"
    above: UUID | None = record.parent_id
    with by.session.no_autoflush:
        by.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(named, 0))))
        for _level in range(DEEPEST):
            if above is None:
                return
            if above == record.id:
                break
            above = by.session.scalar(select(model.parent_id).where(model.id == above))
    raise Refused(message, field="parent_id")
