"""An export: what was asked for, how far it is, and the file that came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment

KEPT = timedelta(days=7)  # How long a file can be fetched.
TOLD = timedelta(days=30)  # How long it is told that there was one.


class State(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


UNDER_WAY = (State.WAITING, State.RUNNING)


class Export(Base):
    """One export that is made in the background; its id is that of its work too.

    `query` is the list as its address has it, `ids` are the ticked rows where only those are meant,
    `keys` the fields in their order. It is made with the rights of `user_id` at that moment,
    narrowed to the `scopes` of the token by which it was asked for. `file` is the name of the file,
    which is there while the state is done; `error` a sentence for that person.
    """

    __tablename__ = "exports"
    __table_args__ = (
        Index("ix_exports_user", "user_id", "created_at"),
        Index("ix_exports_created_at", "created_at"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    format: Mapped[str] = mapped_column(String(20))
    query: Mapped[str] = mapped_column(Text)
    ids: Mapped[list[str]] = mapped_column(JSONB)
    keys: Mapped[list[str]] = mapped_column(JSONB)
    is_whole: Mapped[bool]
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    via: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    size: Mapped[int | None] = mapped_column(BigInteger)
    file: Mapped[str] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        """True until it has come to an end, whichever."""
        return self.state in UNDER_WAY
