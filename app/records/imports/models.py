"""An import: the file that was given, how it is read, and how far it came."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment

UNDONE_WITHIN = timedelta(days=30)
FILE_NAME = 200  # Characters of a file's own name that are kept.


class State(StrEnum):
    """Where an import stands; one that is given has a file and nothing else yet."""

    GIVEN = "given"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (State.WAITING, State.RUNNING)


class ImportRun(Base):
    """One import; its id is the `batch_id` of its events and the id of its work.

    `file` is the name of the file in the workspace's room `imports`, `file_name` what it was called
    where it came from, `size` its bytes, `how` how its table is read and `mapping` what becomes of
    its columns. `total` is the number of its rows, `line` the line of the last one that was dealt
    with, in the transaction that dealt with it; `step` counts the runs of its job. Rows are counted
    by what became of them, `asked` being those that wait for an approval, `joined` those that are
    further lines of a record, and `left_out` those that the mapping leaves out; `noted` counts the
    records that were made to tell moments of rows. Those that failed stand in the file `failures`
    with their reasons, and so do those that were left out; `failures_size` bytes of it count. Those
    that were left out as duplicates stand in the file `twins`, with what they resemble. `made`
    counts, by its type, what was referred to and made along. It goes on with the rights of
    `user_id` at that moment, narrowed to the `scopes` of the token by which it was asked for;
    `language` is theirs. `undone_by_id` is the work by which it was taken back, and `undo_reached`
    how far that came; `withdrawn` is how many rows that waited for approval it took back just now.
    """

    withdrawn = 0  # No column: it is told once, to whoever takes back.

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_user", "user_id", "created_at"),
        Index("ix_imports_created_at", "created_at"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    file: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(FILE_NAME))
    size: Mapped[int] = mapped_column(BigInteger)
    how: Mapped[Document]
    mapping: Mapped[Document]
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    via: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default=State.GIVEN)
    total: Mapped[int] = mapped_column(Integer, default=0)
    line: Mapped[int] = mapped_column(Integer, default=0)
    step: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    duplicate: Mapped[int] = mapped_column(Integer, default=0)
    noted: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, default=0)
    asked: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    joined: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    left_out: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failures: Mapped[str] = mapped_column(String(60))
    failures_size: Mapped[int] = mapped_column(BigInteger, default=0)
    twins: Mapped[str] = mapped_column(String(60), default="", server_default="")
    twins_size: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    made: Mapped[Document] = mapped_column(default=dict, server_default="{}")
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None]
    undo_reached: Mapped[UUID | None] = mapped_column(Uuid)
    undo_done: Mapped[int] = mapped_column(Integer, default=0)
    undo_left_out: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def is_under_way(self) -> bool:
        """True from its beginning until it has come to an end, whichever."""
        return self.state in UNDER_WAY

    @property
    def done(self) -> int:
        """How many rows were dealt with, whatever became of them."""
        known = self.created + self.updated + self.skipped + self.duplicate + self.failed
        return known + self.asked + self.joined + self.left_out
