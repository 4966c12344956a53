"""The tables of reports: those that people keep, and which of them each person starred."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import Role, Team, User
from app.kernel.model import Base, Id, Moment

PRIVATE, TEAM, ROLE, EVERYONE = "private", "team", "role", "everyone"
AUDIENCES = (PRIVATE, TEAM, ROLE, EVERYONE)
NAME = 80  # Characters.


class Report(Base):
    """A report that somebody kept: its name, its definition as JSON, and who else sees it.

    One for a `team` is seen in that team and those below, one for a `role` by whoever has it. A
    deleted one can be brought back. Each reader sees its numbers in their own rights.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_owner", "owner_id"),
        CheckConstraint("audience IN ('private', 'team', 'role', 'everyone')", name="audience"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(NAME))
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    audience: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    team_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Team.id, ondelete="SET NULL"))
    role_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    deleted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.


class ReportStar(Base):
    """A report that somebody wants at hand: the id of a kept one, or the key of a ready one."""

    __tablename__ = "report_stars"
    __table_args__ = (Index("uq_report_stars_user", "user_id", "report", unique=True),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    report: Mapped[str] = mapped_column(String(80))
