"""The tables of numbers: what a workspace chose, and how far each row of numbers has come."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Moment


class NumberSequence(Base):
    """The numbers of one record type; whoever takes one holds this row until they commit.

    `last` is the last running number that was given, by whatever pattern. While records that were
    there before are numbered, `to_number` says how many they were.
    """

    __tablename__ = "number_sequences"
    __table_args__ = (CheckConstraint("resets IN ('never', 'year', 'fiscal')", name="resets"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    pattern: Mapped[str] = mapped_column(String(40))
    resets: Mapped[str] = mapped_column(String(10))
    is_on: Mapped[bool]
    last: Mapped[int] = mapped_column(BigInteger)
    to_number: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class NumberCounter(Base):
    """The last number that was given between two texts, such as `Q-2026-` and nothing.

    It goes by what stands around the number and never goes back, so a pattern that is given up and
    taken again goes on where it ended.
    """

    __tablename__ = "number_counters"

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    before: Mapped[str] = mapped_column(String(60), primary_key=True)
    behind: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)
