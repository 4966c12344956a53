"""Notices: what a person shall learn when they next look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models.people import User
from app.kernel.model import Base, Id, Moment


class Notice(Base):
    """One line in a person's bell, in their language, with the page that it leads to."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_user", "user_id", "at"),
        Index("ix_notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notices_at", "at"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(300))
    icon: Mapped[str] = mapped_column(String(40))
    at: Mapped[Moment]
    read_at: Mapped[datetime | None]
