"""Ending the access of who leaves, and passing on what is theirs but no record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from app.events import write_event
from app.identity.models import ApiToken, Invitation, User
from app.identity.operations.users import disable_user
from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.feeds.models import CalendarFeed
from app.records.views.models import PRIVATE, SavedView
from app.records.views.shelf import STAMP


def end_access(by: Actor, user: User) -> None:
    """Shut somebody out for good: sessions, links, API tokens, their calendar's address, and the
    invitations that they gave out. Nothing of it works from the next request on.
    """
    disable_user(by, user)
    for token_id, name in by.session.execute(
        delete(ApiToken).where(ApiToken.user_id == user.id).returning(ApiToken.id, ApiToken.name)
    ):
        write_event(by, "token", token_id, "revoked", changes={"name": [name, None]})
    for feed_id in by.session.scalars(
        delete(CalendarFeed).where(CalendarFeed.user_id == user.id).returning(CalendarFeed.id)
    ):
        write_event(by, "calendar_feed", feed_id, "revoked")
    given = (
        update(Invitation)
        .where(
            or_(Invitation.created_by_id == user.id, Invitation.user_id == user.id),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > by.now,
            Invitation.uses < Invitation.max_uses,
        )
        .values(revoked_at=by.now)
        .returning(Invitation.id)
    )
    for invitation_id in by.session.scalars(given):
        write_event(by, "invitation", invitation_id, "revoked")


def pass_on(by: Actor, user_id: UUID, to_id: UUID) -> list[str]:
    """Give the saved views of somebody that others see to another; answers with which."""
    given = (
        update(SavedView)
        .where(*_shared(user_id))
        .values(owner_id=to_id, version=SavedView.version + 1)
        .returning(SavedView.id)
    )
    return _told(by, by.session.scalars(given).all(), user_id, to_id)


def give_back(by: Actor, user_id: UUID, from_id: UUID, views: Sequence[str]) -> None:
    """Give back what `pass_on` gave, as far as `from_id` still has it."""
    given = (
        update(SavedView)
        .where(SavedView.id.in_([UUID(one) for one in views]), SavedView.owner_id == from_id)
        .values(owner_id=user_id, version=SavedView.version + 1)
        .returning(SavedView.id)
    )
    _told(by, by.session.scalars(given).all(), from_id, user_id)


def count_views(by: Actor, user_id: UUID) -> int:
    """How many views of somebody others see."""
    return by.session.scalar(select(func.count()).where(*_shared(user_id))) or 0


def _shared(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        SavedView.owner_id == user_id,
        SavedView.audience != PRIVATE,
        SavedView.deleted_at.is_(None),
    )


def _told(by: Actor, ids: Sequence[UUID], before: UUID, after: UUID) -> list[str]:
    if ids:
        stamps.draw(by.session, STAMP)
    for one in ids:
        write_event(by, "view", one, "updated", changes={"owner_id": [str(before), str(after)]})
    return [str(one) for one in ids]
