"""What a browser or a program shows to be known: sessions, known devices, API tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models.access import Role
from app.identity.models.people import User
from app.kernel.model import Base, Digest, Id, Moment, Name


class UserSession(Base):
    """One sign-in: the cookie holds the token, this row its digest.

    It ends when nobody used it until `idle_until`, at `expires_at` at the latest, and at once when
    the user's generation is no longer its own.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        Index("uq_user_sessions_digest", "digest", unique=True),
        Index("ix_user_sessions_user", "user_id"),
    )

    id: Mapped[Id]
    digest: Mapped[Digest]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    generation: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    idle_until: Mapped[Moment]
    expires_at: Mapped[Moment]
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(120))  # "Firefox, Windows": for the person's eye.
    # As which role, or as which colleague who has it, its user looks at the workspace; see
    # operations/preview.py.
    preview_role_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(Role.id, ondelete="SET NULL")
    )
    preview_user_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(User.id, ondelete="SET NULL")
    )


class SignInChallenge(Base):
    """A sign-in whose password was right and whose code is still to come; lives minutes."""

    __tablename__ = "sign_in_challenges"
    __table_args__ = (
        Index("uq_sign_in_challenges_digest", "digest", unique=True),
        Index("ix_sign_in_challenges_user", "user_id"),
    )

    id: Mapped[Id]
    digest: Mapped[Digest]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    generation: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class KnownDevice(Base):
    """A browser from which this user has signed in before.

    Failed attempts from elsewhere never lock it out: it has a limit of its own.
    """

    __tablename__ = "known_devices"
    __table_args__ = (Index("uq_known_devices_digest", "user_id", "digest", unique=True),)

    id: Mapped[Id]
    digest: Mapped[Digest]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    created_at: Mapped[Moment]
    last_used_at: Mapped[Moment]


class ApiToken(Base):
    """A program's key, acting with its user's rights narrowed to `scopes`; kept as a digest."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        Index("uq_api_tokens_digest", "digest", unique=True),
        Index("ix_api_tokens_user", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    name: Mapped[Name]
    prefix: Mapped[str] = mapped_column(String(16))  # Its first characters, to tell tokens apart.
    digest: Mapped[Digest]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(121)))
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
