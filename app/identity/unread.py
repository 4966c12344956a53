"""How many notices somebody has not read: the number at the bell, on every page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.identity.models import Notice, User
from app.kernel.actor import Actor

MOST_COUNTED = 99
HELD = "unread"


def unread_of(user_id: Any) -> ColumnElement[int]:
    """The number of a user, `user_id` being a column of the table in the statement around it.

    No more than MOST_COUNTED are counted.
    """
    found = select(Notice.__table__.c.id).where(
        Notice.__table__.c.user_id == user_id, Notice.__table__.c.read_at.is_(None)
    )
    around = user_id.table  # A lateral look at the user's row in the statement around it.
    counted = found.limit(MOST_COUNTED).correlate(around).lateral()
    return select(func.count()).select_from(counted).scalar_subquery()


def hold_unread(session: Session, count: int) -> None:
    """Keep the number that the statement of who is signed in brought along."""
    session.info[HELD] = count


def count_unread(by: Actor) -> int:
    """How many notices `by` has not read, as the request found it when it began."""
    held: int | None = by.session.info.get(HELD)
    if held is not None:
        return held
    found = select(unread_of(User.__table__.c.id)).where(User.__table__.c.id == by.person_id)
    return by.session.scalar(found) or 0
