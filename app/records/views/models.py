"""The tables of saved views: the views, what each person does with them, where roles begin."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import Role, Team, User
from app.kernel.model import Base, Id, Moment

PRIVATE, TEAM, EVERYONE = "private", "team", "everyone"
AUDIENCES = (PRIVATE, TEAM, EVERYONE)
NAME = 60  # Characters.


class SavedView(Base):
    """A list that somebody saved: its name, the query of its address, and who else sees it.

    One for a `team` is seen in that team and those below. A deleted one can be brought back.
    """

    __tablename__ = "views"
    __table_args__ = (
        Index("ix_views_owner", "owner_id", "record_type"),
        CheckConstraint("audience IN ('private', 'team', 'everyone')", name="audience"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(NAME))
    audience: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    team_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Team.id, ondelete="SET NULL"))
    query: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    deleted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.


class ViewChoice(Base):
    """What one person does with the views of one type: their order, those in the rail, the first.

    `position` and `pinned` are lists of ids; one that is gone, or no longer shared, is passed over.
    """

    __tablename__ = "view_choices"
    __table_args__ = (Index("uq_view_choices_user", "user_id", "record_type", unique=True),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    record_type: Mapped[str] = mapped_column(String(60))
    position: Mapped[list[str]] = mapped_column(JSONB, default=list)
    pinned: Mapped[list[str]] = mapped_column(JSONB, default=list)
    default_id: Mapped[UUID | None] = mapped_column(Uuid)


class RoleView(Base):
    """The view that a list begins with for everybody of a role who chose none."""

    __tablename__ = "role_views"
    __table_args__ = (Index("uq_role_views_role", "role_id", "record_type", unique=True),)

    id: Mapped[Id]
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    record_type: Mapped[str] = mapped_column(String(60))
    view_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(SavedView.id, ondelete="CASCADE"))
