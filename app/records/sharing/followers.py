"""Who follows which records, as access asks for it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.sharing.models import Follower

STAMP = "followers"  # Drawn when the first follower of a workspace is added, and never again.
MOST_FOLLOWED = 500  # Records that one person may follow: their ids go into statements.
READ = "followed"


def followed(by: Actor, record_type: str) -> frozenset[UUID]:
    """The records of a type that `by` was let follow; all types are read once in a session.

    Who follows by themselves gains no sight of a record by it: they see it as long as they may.
    """
    if by.user_id is None or stamps.stamp(by.session, STAMP) is None:
        return frozenset()
    kept: dict[UUID, dict[str, set[UUID]]] = by.session.info.setdefault(READ, {})
    if by.user_id not in kept:
        found: dict[str, set[UUID]] = {}
        rows = by.session.execute(
            select(Follower.record_type, Follower.record_id).where(
                Follower.user_id == by.user_id,
                Follower.added_by_id.is_distinct_from(by.user_id),
            )
        )
        for kind, record_id in rows:
            found.setdefault(kind, set()).add(record_id)
        kept[by.user_id] = found
    return frozenset(kept[by.user_id].get(record_type, ()))


def follows(by: Actor, record_type: str, record_id: UUID) -> bool:
    """True when `by` follows a record, whoever added them; one statement where anybody follows."""
    if by.user_id is None or stamps.stamp(by.session, STAMP) is None:
        return False
    asked = select(Follower.user_id).where(
        Follower.record_type == record_type,
        Follower.record_id == record_id,
        Follower.user_id == by.user_id,
    )
    return by.session.scalars(asked).first() is not None


def forget(by: Actor) -> None:
    """Let the next question be asked of the database, as somebody's following has changed."""
    by.session.info.pop(READ, None)
    if stamps.stamp(by.session, STAMP) is None:
        stamps.draw(by.session, STAMP)
