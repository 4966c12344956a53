"""A person's own sessions: where they are signed in, and ending that from here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from app.events import write_event
from app.identity.models import KnownDevice, User, UserSession
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _


def sessions_of(by: Actor, user: User) -> list[UserSession]:
    """The sessions of a user that still hold, the last used first."""
    return list(
        by.session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user.id,
                UserSession.generation == user.generation,
                UserSession.idle_until > by.now,
                UserSession.expires_at > by.now,
            )
            .order_by(UserSession.last_seen_at.desc(), UserSession.id)
        )
    )


def revoke_session(by: Actor, session_id: UUID) -> None:
    """End one of one's own sessions; somebody else's is Missing."""
    row = by.session.get(UserSession, session_id)
    if row is None or by.user_id is None or row.user_id != by.user_id:
        raise Missing(_("This session has ended already."))
    by.session.delete(row)
    write_event(by, "user", by.user_id, "session_revoked", changes={"agent": [row.agent, None]})


def revoke_other_sessions(by: Actor, user: User, *, keep: UUID | None) -> None:
    """End every session of one's own but `keep`, and forget the other browsers."""
    by.session.execute(
        delete(UserSession).where(UserSession.user_id == user.id, UserSession.id != keep)
    )
    by.session.execute(delete(KnownDevice).where(KnownDevice.user_id == user.id))
    write_event(by, "user", user.id, "sessions_revoked")
