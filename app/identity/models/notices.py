"""Notices: what a person shall learn when they next look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models.people import User
from app.kernel.model import Base, Id, Moment

# A notice about a record that was not read yet takes up what happens to the record meanwhile.
OPEN_OF_RECORD = text("read_at IS NULL AND record_id IS NOT NULL")
OF_BATCH = text("batch_id IS NOT NULL")


class Notice(Base):
    """One line in a person's bell, with the page that it leads to.

    `text` is in their language. Without one it is about what happened to a record `since` a moment,
    or to `number` records of a type in one batch: its words are found when it is looked at, from
    what the person may read then. `beside` are the latest records that tell something of the
    notice's own, such as notes written on it, as `type:id`, the newest first. `kinds` are the kinds
    of news (`app/identity/news.py`) that it has taken up.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_user", "user_id", "at"),
        Index("ix_notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notices_at", "at"),
        Index(
            "uq_notices_record",
            "user_id",
            "record_type",
            "record_id",
            unique=True,
            postgresql_where=OPEN_OF_RECORD,
        ),
        Index(
            "uq_notices_batch",
            "user_id",
            "record_type",
            "batch_id",
            unique=True,
            postgresql_where=OF_BATCH,
        ),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(300))
    icon: Mapped[str] = mapped_column(String(40))
    at: Mapped[Moment]
    read_at: Mapped[datetime | None]
    record_type: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime | None]
    number: Mapped[int | None] = mapped_column(Integer)
    beside: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    mailed_at: Mapped[datetime | None]
