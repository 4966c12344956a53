"""A handover, and each record that went along with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, SmallInteger, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Id, Moment

UNDONE_WITHIN = timedelta(days=30)
DRAFT = text("started_at IS NULL")
UNDER_WAY = text("started_at IS NOT NULL AND finished_at IS NULL")
ALONG = -1  # In place of a rule: it goes with its customer.
REST = -2  # It goes to whoever gets the rest.
LATER = -3  # It came to the person after the handover began.


class Outcome(IntEnum):
    """What became of one record."""

    WAITING = 0
    DONE = 1
    LEFT_OUT = 2
    ALREADY = 3  # It had another owner by then, or was done.
    BACK = 4  # Taken back.
    KEPT = 5  # Not taken back, as somebody gave it to another since.

    @property
    def is_done(self) -> bool:
        """True of what changed hands, whether or not it went back since."""
        return self in (Outcome.DONE, Outcome.BACK, Outcome.KEPT)

    @property
    def stays(self) -> bool:
        """True of what was left out."""
        return self is Outcome.LEFT_OUT


class Handover(Base):
    """Who hands over (`user_id`), by what rules, and how far it is; a draft until `started_at`.

    `rules` are those of `rules.py`; what none of them names goes to `rest_to_id`, and stays where
    it is when there is nobody and the person does not leave. Its id is the batch of its events,
    `undo_id` that of taking it back. `views` are the ids of the saved views that changed hands
    too. `step` counts the pieces, so that none is done twice.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        Index("uq_handovers_draft", "user_id", "by_id", unique=True, postgresql_where=DRAFT),
        Index("uq_handovers_under_way", "user_id", unique=True, postgresql_where=UNDER_WAY),
        Index("ix_handovers_created_at", "created_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    by_id: Mapped[UUID | None] = mapped_column(Uuid)
    leaves: Mapped[bool] = mapped_column(Boolean, default=True)
    rest_to_id: Mapped[UUID | None] = mapped_column(Uuid)
    rules: Mapped[list[dict[str, object]]] = mapped_column(JSONB, default=list)
    views: Mapped[list[str]] = mapped_column(JSONB, default=list)
    via: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[Moment]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)
    step: Mapped[int] = mapped_column(Integer, default=0)
    undo_id: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None]
    undo_finished_at: Mapped[datetime | None]


class HandoverRow(Base):
    """One record and who gets it; `rule` is the place of its rule, or why it has none."""

    __tablename__ = "handover_rows"
    __table_args__ = (
        Index("ix_handover_rows_outcome", "handover_id", "outcome", "record_type", "record_id"),
        Index("ix_handover_rows_to", "handover_id", "to_id", "record_type", "record_id"),
    )

    handover_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(Handover.id, ondelete="CASCADE"), primary_key=True
    )
    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    to_id: Mapped[UUID | None] = mapped_column(Uuid)
    rule: Mapped[int] = mapped_column(SmallInteger, default=REST)
    outcome: Mapped[int] = mapped_column(SmallInteger, default=Outcome.WAITING)
    reason: Mapped[str | None] = mapped_column(Text)
