"""Taking everything out, and asking for the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment

KEPT = timedelta(days=7)  # How long the file can be fetched.
TOLD = timedelta(days=365)  # How long it is told that there was one.
NOTICE = timedelta(days=14)  # Between asking for the end and the end.
OPEN = text("taken_back_at IS NULL")


class State(StrEnum):
    """Where taking everything out stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


UNDER_WAY = (State.WAITING, State.RUNNING)


class Takeout(Base):
    """One file with everything of the workspace; its id is that of its work too.

    `user_id` asked for it, in `language`. `file` is its name on the disk, which is there while the
    state is done; `told` is what its manifest says of tables and files, for the page.
    """

    __tablename__ = "takeouts"
    __table_args__ = (
        Index("ix_takeouts_created_at", "created_at"),
        Index(
            "uq_takeouts_under_way",
            text("(1)"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid)
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    file: Mapped[str] = mapped_column(String(60))
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    told: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        """True until it has come to an end, whichever."""
        return self.state in UNDER_WAY


class Farewell(Base):
    """Somebody asked that the workspace be erased at `due_at`; it can be taken back until then.

    `told` counts the mails that reminded its owners.
    """

    __tablename__ = "farewells"
    __table_args__ = (Index("uq_farewells_open", text("(1)"), unique=True, postgresql_where=OPEN),)

    id: Mapped[Id]
    asked_by_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[Moment]
    due_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(Integer, default=0)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[UUID | None] = mapped_column(Uuid)
