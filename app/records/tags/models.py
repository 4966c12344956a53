"""The tags that a workspace knows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment

LONGEST = 40  # Characters of a tag.


class Tag(Base):
    """One tag of one record type; records hold its `key`, which never changes, in `tags`.

    The key is the name with which it was made, folded, so that VIP and vip are one tag. Whoever
    writes one draws the stamp of `app/records/picklists.py`, under which pages remember them.
    """

    __tablename__ = "tags"
    __table_args__ = (Index("uq_tags_key", "record_type", "key", unique=True),)

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(LONGEST))
    name: Mapped[str] = mapped_column(String(LONGEST))
    colour: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)
