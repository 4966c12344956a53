"""The records before and after one in the list that the reader came from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, tuple_

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.pages.state import ListState
from app.records.query import Walk, conditions, sort_key, walk, walk_of


def neighbours(state: ListState, record_id: UUID, by: Actor) -> tuple[UUID | None, UUID | None]:
    """The ids before and after a record in a list; None where there is none.

    An address that somebody made up leads to no neighbours, never to an error.
    """
    record_type = state.record_type
    try:
        walked = walk_of(record_type, state.sort, state.asked, by)
        if walked is not None:
            return _beside(walked, record_id, by)
        key, is_descending = sort_key(record_type, state.sort, by)
        where = conditions(record_type, state.asked, by)
    except Refused:
        return None, None
    model = record_type.model
    own = select(record_type.by_key[state.sort.removeprefix("-")].sort_expression)
    here = tuple_(own.where(model.id == record_id).scalar_subquery(), literal(record_id))
    pair = tuple_(key, model.id)

    def nearest(downwards: bool) -> Any:
        order = (key.desc(), model.id.desc()) if downwards else (key, model.id)
        beyond = pair < here if downwards else pair > here
        found = select(model.id).where(*where, beyond).order_by(*order).limit(1)
        return found.scalar_subquery().correlate(None)

    statement = select(nearest(not is_descending), nearest(is_descending))
    row = by.session.execute(statement).one()
    return row[0], row[1]


def _beside(walked: Walk, record_id: UUID, by: Actor) -> tuple[UUID | None, UUID | None]:
    """The same in a list that is walked: one step each way from where the record stands."""
    at = walked.stop_of(record_id), record_id
    before = walk(walked, by, 1, at, forward=False)
    after = walk(walked, by, 1, at)
    return before[0].id if before else None, after[0].id if after else None
