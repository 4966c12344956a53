"""A document, the pictures on it, and what a firm puts on all of its documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Digest, Id, Localized, Moment, Name
from app.records.files.models import File

COLOUR = "#2f54d6"
# What is kept of a paper of which nobody noted what it tells: perhaps all.
EVERYTHING = (
    '{"fields": {"account": ["*"], "contact": ["*"], "activity": ["*"]},'
    ' "records": {"activity": ["*"]}}'
)


class Document(Base):
    """A paper made of a record: `data` is all that stands on it, so that it can be made again.

    It was made by the version `layout_version` of the layout `layout`, and its PDF has the digest
    `digest`; that is kept as the file `file_id` of the record until somebody removes it for good.
    Both are for those alone who may read all that the paper `tells` (`records/files/tells.py`).
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_record", "record_type", "record_id", "made_at"),
        Index(
            "uq_documents_number",
            "layout",
            text("lower(number)"),
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[UUID] = mapped_column(Uuid)
    layout: Mapped[str] = mapped_column(String(60))
    layout_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(10))
    title: Mapped[Name]
    number: Mapped[str | None] = mapped_column(String(60))
    template_id: Mapped[UUID | None] = mapped_column(Uuid)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[Digest]
    size: Mapped[int] = mapped_column(Integer)
    tells: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EVERYTHING)
    file_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(File.id, ondelete="SET NULL"), index=True
    )
    made_at: Mapped[Moment]
    made_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class DocumentLink(Base):
    """A public address of a document: whoever has it fetches the PDF, until it ends.

    Of its secret only the digest is kept, so it is shown once. Where it `counts`, `views` says how
    often somebody from outside opened it, and when first and last; never who.
    """

    __tablename__ = "document_links"
    __table_args__ = (
        Index("uq_document_links_digest", "digest", unique=True),
        Index("ix_document_links_document", "document_id"),
    )

    id: Mapped[Id]
    document_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Document.id, ondelete="CASCADE"))
    digest: Mapped[Digest]
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]
    counts: Mapped[bool] = mapped_column(Boolean)
    views: Mapped[int] = mapped_column(Integer, default=0)
    first_viewed_at: Mapped[datetime | None]
    last_viewed_at: Mapped[datetime | None]

    def is_open(self, now: datetime) -> bool:
        """True while it leads to the document."""
        return self.revoked_at is None and self.expires_at > now


class DocumentPicture(Base):
    """A logo or a seal, by the digest of its bytes: what stands on a document stays as it was."""

    __tablename__ = "document_pictures"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[Moment]


class Letterhead(Base):
    """The one row of what a firm puts on its documents; texts by language, lines by line feeds."""

    __tablename__ = "letterheads"
    __table_args__ = (
        Index("uq_letterheads_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    name: Mapped[Localized]
    address: Mapped[Localized]
    footer: Mapped[Localized]
    bank: Mapped[Localized]
    colour: Mapped[str] = mapped_column(String(7), default=COLOUR)
    logo: Mapped[str | None] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[Moment]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012
