"""The tables of sharing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class SharingRule(Base):
    """Records of a type of which some filters hold, shared with a team or a role.

    `conditions` holds the filters (see `stored.py`); `group_id` is a team, which stands for its
    people and those of the teams below it, or a role. `access` is read or update.
    """

    __tablename__ = "sharing_rules"
    __table_args__ = (
        Index("ix_sharing_rules_type", "record_type"),
        CheckConstraint("access IN ('read', 'update')", name="access"),
        CheckConstraint("group_kind IN ('team', 'role')", name="group_kind"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    conditions: Mapped[Document]
    access: Mapped[str] = mapped_column(String(10))
    group_kind: Mapped[str] = mapped_column(String(10))
    group_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None]


class Follower(Base):
    """Somebody who follows a record; whom a colleague let follow may therefore read it."""

    __tablename__ = "record_followers"
    __table_args__ = (Index("ix_record_followers_user", "user_id", "record_type"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    added_by_id: Mapped[UUID | None]
    at: Mapped[Moment]
