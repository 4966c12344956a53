"""The table of favourites."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base


class Favourite(Base):
    """A record that somebody keeps at hand; the lowest `position` stands first."""

    __tablename__ = "favourites"
    __table_args__ = (Index("ix_favourites_user", "user_id"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
