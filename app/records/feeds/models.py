"""The private address of a person's calendar."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Digest, Id, Moment


class CalendarFeed(Base):
    """One address for each person; whoever knows its key reads what the person would see.

    Of the key only the digest is kept, so it is shown once. `language` is that of its words.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        Index("uq_calendar_feeds_user", "user_id", unique=True),
        Index("uq_calendar_feeds_digest", "digest", unique=True),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    digest: Mapped[Digest]
    language: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[Moment]
