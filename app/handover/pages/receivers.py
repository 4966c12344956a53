"""Whom a handover offers: colleagues who can go on with it first, of others what bars them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.handover.operations.receivers import warning
from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.records.pages.finding import IN_BOX, Found, is_called
from app.records.pages.looks import face

EVERYBODY = 1000


@dataclass(frozen=True, slots=True)
class Receiver:
    """One colleague, and what bars them from taking over what they would get, if anything."""

    id: UUID
    name: str
    email: str
    note: str


def receivers(
    user: User, kinds: Collection[str], by: Actor, words: str = "", limit: int = EVERYBODY
) -> list[Receiver]:
    """Who may sign in, but who hands over: those first whose role may change all of these types."""
    notes = {one.id: warning(one, kinds, by) for one in by.session.scalars(select(Role))}
    barred = [role_id for role_id, note in notes.items() if note]
    active = select(User.id, User.name, User.email, User.role_id).where(
        User.is_active.is_(True), User.id != user.id, *is_called(words)
    )
    order = (User.role_id.in_(barred), User.name_sort, User.id)
    rows = by.session.execute(active.order_by(*order).limit(limit))
    return [Receiver(row.id, row.name, row.email, notes[row.role_id]) for row in rows]


def offered(user: User, kinds: Collection[str], by: Actor, words: str) -> list[Found]:
    """The same as the box of a reference offers them, by words."""
    return [
        Found(
            str(one.id), "", one.name, one.note or one.email, "user", face(None, one.id, one.name)
        )
        for one in receivers(user, kinds, by, words, IN_BOX)
    ]
