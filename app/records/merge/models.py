"""The tables of merging: what was merged into what, and all that is needed to take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment


class Merge(Base):
    """One merge of records into `survivor_id`; its id is the `batch_id` of its events."""

    __tablename__ = "record_merges"
    __table_args__ = (Index("ix_record_merges_survivor", "record_type", "survivor_id"),)

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    survivor_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[Moment]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class MergedRecord(Base):
    """A record that was merged, and the one to which its address leads now.

    Its own row stands as a deleted one as long as the merge can be undone; this line stays.
    """

    __tablename__ = "merged_records"
    __table_args__ = (Index("ix_merged_records_into", "record_type", "into_id"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    into_id: Mapped[UUID] = mapped_column(Uuid)
    merge_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Merge.id, ondelete="CASCADE"))


class MergeMove(Base):
    """What named one of the merged records, `was_id`, at one place: a column of a table.

    `moved` are the keys of the rows that name the survivor instead, `dropped` the whole rows that
    had to go, as the survivor is named by such a one already.
    """

    __tablename__ = "record_merge_moves"

    merge_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(Merge.id, ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    was_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    moved: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    dropped: Mapped[list[Any]] = mapped_column(JSONB, default=list)
