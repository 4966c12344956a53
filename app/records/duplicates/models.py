"""The tables of duplicates: the keys of records, which keys several share, and what was denied."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Moment


class DuplicateKey(Base):
    """One key of one living record (`keys.keys_of`)."""

    __tablename__ = "duplicate_keys"
    __table_args__ = (Index("ix_duplicate_keys_key", "record_type", "key", "record_id"),)

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class SharedKey(Base):
    """A key that several living records have: where a page of all suspects begins to look.

    It may stand a while after they are no longer several, so whoever reads it looks at the keys.
    """

    __tablename__ = "shared_keys"

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class NotDuplicate(Base):
    """Somebody's word that two records are not the same although they share this key.

    `one_id` is the lesser of the two. Another key that they come to share is another question.
    """

    __tablename__ = "not_duplicates"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="order"),
        Index("ix_not_duplicates_one", "record_type", "one_id"),
        Index("ix_not_duplicates_other", "record_type", "other_id"),
    )

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    one_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    other_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[Moment]
