"""A text template, and what it was before."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Localized, Moment, Name


class Purpose(StrEnum):
    """What a template is for."""

    MAIL = "mail"  # It has a subject.
    TEXT = "text"  # A message, a note, whatever is pasted elsewhere.
    PART = "part"  # A part of a document, such as the body of a letter.


class Written:
    """What a template says: the columns that it and each of its versions share."""

    name: Mapped[Name]
    purpose: Mapped[str] = mapped_column(String(10))
    subject: Mapped[Localized]
    body: Mapped[Localized]


class TextTemplate(Written, Base):
    """A text for records of one type, in one language or several.

    `version` counts its changes; each is kept as a TextVersion, the newest too.
    """

    __tablename__ = "text_templates"
    __table_args__ = (Index("ix_text_templates_type", "record_type", "purpose"),)

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    record_type: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012


class TextVersion(Written, Base):
    """What a template said from a moment on, and who wrote it."""

    __tablename__ = "text_versions"
    __table_args__ = (Index("uq_text_versions_number", "template_id", "number", unique=True),)

    id: Mapped[Id]
    template_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(TextTemplate.id, ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    by_id: Mapped[UUID | None] = mapped_column(Uuid)
