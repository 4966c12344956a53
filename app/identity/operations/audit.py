"""Who signed in, from where, and what happened to people's access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, literal, select, true, tuple_

from app.events import Event
from app.identity.models import User
from app.identity.operations.guard import require
from app.kernel.actor import Actor

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit: what happened to a user, and who did it (None: a visitor or us)."""

    id: UUID
    at: datetime
    verb: str
    user: User
    actor_id: UUID | None
    via: str
    changes: dict[str, list[object]]


def read_audit(by: Actor, *, before: tuple[datetime, UUID] | None = None) -> list[Entry]:
    """One page of what happened to users, the newest first, and one entry more when there is one.

    The newest events of each user are found by the index of their record, then merged: no scan of
    the events of everything else, and no index for this page alone.
    """
    require(by, "audit", "read")
    mine = and_(Event.record_type == literal("user"), Event.record_id == User.id)
    if before is not None:
        mine = and_(mine, Event.at <= before[0], tuple_(Event.at, Event.id) < tuple_(*before))
    newest = (
        select(Event)
        .where(mine)
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(PAGE + 1)
        .correlate(User)
        .lateral("newest")
    )
    rows = by.session.execute(
        select(
            newest.c.id,
            newest.c.at,
            newest.c.verb,
            User,
            newest.c.actor_id,
            newest.c.via,
            newest.c.changes,
        )
        .join(newest, true())
        .order_by(newest.c.at.desc(), newest.c.id.desc())
        .limit(PAGE + 1)
    )
    return [Entry(*row) for row in rows]
