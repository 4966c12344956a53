"""The audit: every event of the workspace, the newest first, narrowed by who, what, when and how.

Whoever reads it learns that something happened; what a record is called and what changed in it
only as far as they could read the record and the field themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _

PAGE = 50
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the audit is narrowed to; an empty part narrows nothing.

    `by_service` asks for what the service did by itself; the period is from `since` on and before
    `until`.
    """

    actor_id: UUID | None = None
    by_service: bool = False
    record_type: str = ""
    record_id: UUID | None = None
    verb: str = ""
    via: str = ""
    since: datetime | None = None
    until: datetime | None = None


def read_events(
    by: Actor, asked: Asked, *, before: Place | None = None, limit: int = PAGE
) -> list[Any]:
    """A page of events and one more when there is one, rows with the columns of Event."""
    if not by.may("audit", "read"):
        raise NotPermitted(_("Your role does not allow this."))
    statement = select(
        Event.id,
        Event.at,
        Event.record_type,
        Event.record_id,
        Event.verb,
        Event.actor_id,
        Event.via,
        Event.batch_id,
        Event.changes,
    )
    statement = statement.where(*_conditions(asked))
    if before is not None:
        statement = statement.where(tuple_(Event.at, Event.id) < before)
    statement = statement.order_by(Event.at.desc(), Event.id.desc()).limit(limit + 1)
    return list(by.session.execute(statement))


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """What the events asked for have in common."""
    equal = {
        Event.actor_id: asked.actor_id,
        Event.record_type: asked.record_type,
        Event.record_id: asked.record_id,
        Event.verb: asked.verb,
        Event.via: asked.via,
    }
    found = [column == value for column, value in equal.items() if value]
    if asked.by_service:
        found.append(Event.actor_id.is_(None))
    if asked.since is not None:
        found.append(Event.at >= asked.since)
    if asked.until is not None:
        found.append(Event.at < asked.until)
    return found
