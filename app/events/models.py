"""The event row."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class Event(Base):
    """Something that happened to a record: verb in the past tense, who, when, what changed.

    `changes` maps a field to [old, new]; `account_id` is the customer concerned, so that a
    customer's history is one index scan; rows of one bulk change share `batch_id`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_record", "record_type", "record_id", "at"),
        Index("ix_events_account", "account_id", "at"),
        Index("ix_events_batch", "batch_id"),
        Index("ix_events_actor", "actor_id", "at"),
        # The audit's orders: all of it, and narrowed to what may be rare among very many.
        Index("ix_events_at", "at", "id"),
        Index("ix_events_type", "record_type", "at", "id"),
        Index("ix_events_verb", "verb", "at", "id"),
        Index("ix_events_via", "via", "at", "id", postgresql_where=text("via <> 'web'")),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[UUID] = mapped_column(Uuid)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    verb: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    via: Mapped[str] = mapped_column(String(20))
    at: Mapped[Moment]
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    changes: Mapped[Document]
