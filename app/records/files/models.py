"""The tables of files: what is kept on which record, what it was before, and what all take."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Digest, Id, Moment, Name

GONE = text("deleted_at IS NOT NULL")


class Drawing(StrEnum):
    """How far the small pictures of a file are."""

    NONE = ""  # There are none to be made.
    WAITING = "waiting"
    READY = "ready"
    TOO_LARGE = "too_large"  # It holds more pixels than are drawn.
    FAILED = "failed"


class Content:
    """What one version of a file holds; `stored` is its name on the disk, which nobody can guess.

    `kind` is the key of what it is, `sent_as` the media type by which it is sent.
    """

    number: Mapped[int] = mapped_column(Integer)
    stored: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[Digest]
    kind: Mapped[str] = mapped_column(String(20))
    sent_as: Mapped[str] = mapped_column(String(120))
    drawing: Mapped[str] = mapped_column(String(20), default=Drawing.NONE)
    added_at: Mapped[Moment]
    added_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class File(Content, Base):
    """A file on a record, with its newest version; it is read by whoever may read the record.

    One that was made of records `tells` of them (`files/tells.py`), and is for those alone who may
    read all of that. A deleted one can come back for as long as deleted records can.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_record", "record_type", "record_id", "created_at"),
        Index("ix_files_deleted", "deleted_at", postgresql_where=GONE),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[Name]
    description: Mapped[str] = mapped_column(String(500), default="")
    tells: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class FileVersion(Content, Base):
    """What a file held before it was replaced."""

    __tablename__ = "file_versions"
    __table_args__ = (Index("uq_file_versions_number", "file_id", "number", unique=True),)

    id: Mapped[Id]
    file_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(File.id, ondelete="CASCADE"))
    name: Mapped[Name]


class FileStorage(Base):
    """The one row of what the files of a workspace take: every version, deleted ones too."""

    __tablename__ = "file_storage"
    __table_args__ = (
        Index("uq_file_storage_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
        CheckConstraint("used >= 0", name="used"),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
