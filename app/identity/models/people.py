"""Users and the tree of teams they belong to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.identity.models.access import Role
from app.kernel.model import Base, Email, Id, Moment, Name, SortKey
from app.kernel.names import avatar_colour, initials


class Team(Base):
    """A group of users within a tree; `path` lists the ids from the root down, each closed by "/".

    A team and all below it are the rows whose path begins with its own, found by index. `lead_id`
    is who leads it, who need not be one of its people; a user is never removed.
    """

    __tablename__ = "teams"
    __table_args__ = (
        Index("ix_teams_path", "path"),
        Index("ix_teams_parent", "parent_id"),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("teams.id"))
    path: Mapped[str] = mapped_column(Text(collation="C"))
    lead_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[Moment]

    @property
    def depth(self) -> int:
        """How many teams stand above this one."""
        return self.path.count("/") - 1


class User(Base):
    """A person who signs in at this workspace; the same e-mail elsewhere is another user.

    `email_key` is the case-folded e-mail. A phone number signs in only once it is confirmed.
    Raising `generation` ends every session, reset link and half-done sign-in at once. `muted` are
    the kinds of news (`app/identity/news.py`) that the person does not want to be told, `mailed`
    those that are mailed too: `once`, or `daily`. `approvals` is how many requests wait for them,
    which the layer that asks them keeps. `has_first_steps` says that Home shows them what a new
    workspace needs.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email_key", "email_key", unique=True),
        Index(
            "uq_users_phone",
            "phone",
            unique=True,
            postgresql_where=text("phone_confirmed_at IS NOT NULL"),
        ),
        Index("ix_users_team", "team_id"),
        Index("ix_users_role", "role_id"),
        Index("ix_users_name", "name_sort", "id"),
    )

    id: Mapped[Id]
    email: Mapped[Email]
    email_key: Mapped[str] = mapped_column(String(254))
    email_confirmed_at: Mapped[datetime | None]  # None: they have yet to open the link.
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164.
    phone_confirmed_at: Mapped[datetime | None]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    language: Mapped[str | None] = mapped_column(String(5))  # None: the firm's.
    zone: Mapped[str | None] = mapped_column(String(60))  # None: the firm's.
    team_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Team.id))
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))  # None: not accepted yet.
    password_changed_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(Integer, default=1)
    totp_secret: Mapped[str | None] = mapped_column(String(200))  # Sealed, see sealing.py.
    totp_confirmed_at: Mapped[datetime | None]
    two_factor_due_at: Mapped[datetime | None]  # By then they must set it up; None: need not.
    totp_last_step: Mapped[int | None] = mapped_column(Integer)  # A code works once.
    last_sign_in_at: Mapped[datetime | None]
    remind: Mapped[str | None] = mapped_column(String(10))  # Minutes before; None: as usual.
    mailed: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    digest_time: Mapped[str | None] = mapped_column(String(5))  # Of their day; None: as usual.
    digest_at: Mapped[datetime | None]  # When the next daily mail is due; None: there is none.
    muted: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    approvals: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    has_first_steps: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[Moment]

    role: Mapped[Role] = relationship(lazy="joined", innerjoin=True)
    team: Mapped[Team | None] = relationship(lazy="joined")

    @property
    def initials(self) -> str:
        """What stands in this person's avatar."""
        return initials(self.name)

    @property
    def colour(self) -> int:
        """The colour of this person's avatar, 0 to 7."""
        return avatar_colour(self.id)

    @property
    def has_two_factor(self) -> bool:
        """True when signing in asks for a code as well."""
        return self.totp_confirmed_at is not None
