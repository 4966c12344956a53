"""Links that let somebody in or prove an address: invitations, password resets, new e-mails."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models.access import Role
from app.identity.models.people import Team, User
from app.kernel.model import Base, Digest, Email, Id, Moment


class Invitation(Base):
    """A way into the workspace with a role and a team, by mail, by link or by QR code.

    One by mail fits one address and one use; `user_id` names a user who exists already and only
    lacks a password.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        Index("uq_invitations_digest", "digest", unique=True),
        Index("ix_invitations_created", "created_at", "id"),
        CheckConstraint("way IN ('mail', 'link', 'qr')", name="way"),
    )

    id: Mapped[Id]
    digest: Mapped[Digest]
    way: Mapped[str] = mapped_column(String(10))
    email: Mapped[str | None] = mapped_column(String(254))
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(User.id))
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id))
    team_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Team.id))
    language: Mapped[str] = mapped_column(String(5))
    max_uses: Mapped[int] = mapped_column(Integer, default=1)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A link that sets a new password once; it dies with the generation it was made for."""

    __tablename__ = "password_resets"
    __table_args__ = (
        Index("uq_password_resets_digest", "digest", unique=True),
        Index("ix_password_resets_user", "user_id"),
    )

    id: Mapped[Id]
    digest: Mapped[Digest]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    generation: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None]


class EmailChange(Base):
    """A link that proves somebody's new e-mail once; it dies with the generation it was made for.

    Nobody is mailed the link for an address that a colleague has: the row is there all the same,
    so that whoever asked learns nothing.
    """

    __tablename__ = "email_changes"
    __table_args__ = (
        Index("uq_email_changes_digest", "digest", unique=True),
        Index("uq_email_changes_user", "user_id", unique=True),
    )

    id: Mapped[Id]
    digest: Mapped[Digest]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    generation: Mapped[int] = mapped_column(Integer)
    email: Mapped[Email]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
