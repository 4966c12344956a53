"""Telling who comes second that a colleague was quicker to claim a record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Conflict
from app.kernel.language import _

LATELY = timedelta(days=1)
LEAVING = ("claimed", "reassigned")  # The events by which a record leaves the pool.


def tell_taken(record_type: str, model: Any, record_id: UUID, by: Actor) -> None:
    """Conflict with the new owner's name where a record left the pool within the last day.

    Of any other record nothing is told: whoever asks for it learns no more than that it is missing.
    """
    owner = by.session.execute(
        select(User.id, User.name)
        .join(model, model.owner_id == User.id)
        .join(Event, Event.record_id == model.id)
        .where(
            model.id == record_id,
            model.deleted_at.is_(None),
            Event.record_type == record_type,
            Event.verb.in_(LEAVING),
            Event.changes["owner_id"][0].astext.is_(None),
            Event.at > by.now - LATELY,
        )
        .limit(1)
    ).first()
    if owner is not None:
        raise taken_by(owner.id, owner.name, by)


def taken_by(owner_id: UUID, name: str, by: Actor) -> Conflict:
    """The answer to whoever comes second, or presses twice."""
    if owner_id == by.user_id:
        return Conflict(_("It is yours already."))
    return Conflict(_("%(name)s was quicker and has it now.", name=name))
