"""A change of many records, and what became of each of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment

UNDONE_WITHIN = timedelta(days=30)


class Outcome(IntEnum):
    """What became of one record of a bulk change."""

    WAITING = 0
    DONE = 1
    LEFT_OUT = 2
    ALREADY = 3  # Of an undoing: it was as it should be, so nothing was taken back.
    ASKED = 4  # It waits until somebody approves it.


class BulkChange(Base):
    """One change of many records; its id is the `batch_id` of its events and the id of its work.

    `inputs` are the fields as they were asked for, `via` and `language` are how the person
    `user_id` came. Records are taken in the order of their ids: `reached` is the last one that was
    dealt with, and `step` counts the pieces, so that a piece is never done twice. `undoes_id` is
    the change that this one takes back, `undone_by_id` the one by which it was taken back. `done`
    counts the rows that were as they should be already as well, `asked` those that wait until
    somebody approves them. `vanished` is how many of a list's records, counted when it was asked,
    were in it no more when the change began. `withdrawn` is how many that waited for approval an
    undoing took back just now.
    """

    withdrawn = 0  # No column: it is told once, to whoever takes back.

    __tablename__ = "bulk_changes"
    __table_args__ = (Index("ix_bulk_changes_created_at", "created_at"),)

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(60))
    inputs: Mapped[Document]
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    via: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[Moment]
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)
    asked: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    step: Mapped[int] = mapped_column(Integer, default=0)
    reached: Mapped[UUID | None] = mapped_column(Uuid)
    finished_at: Mapped[datetime | None]
    undoes_id: Mapped[UUID | None] = mapped_column(Uuid)
    undone_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    vanished: Mapped[int | None] = mapped_column(Integer)


class BulkRow(Base):
    """One record of a bulk change; `reason` says, to whoever asked for it, why it was left out."""

    __tablename__ = "bulk_rows"

    change_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(BulkChange.id, ondelete="CASCADE"), primary_key=True
    )
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    outcome: Mapped[int] = mapped_column(SmallInteger, default=Outcome.WAITING)
    reason: Mapped[str | None] = mapped_column(Text)
