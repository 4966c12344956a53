"""How far long work has come, as the people of a workspace see it.

A worker's queue can't be read from inside a workspace, and its rows are emptied when they are done;
what a person waits for has a row of its own here. Work that is cut into pieces advances it in the
transaction of each piece, so the number never tells more than what stands.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text, Uuid, delete, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actor import Actor
from app.kernel.model import Base, Id, Moment

KEPT = timedelta(days=30)
TITLE = 300  # Characters.


class State(StrEnum):
    """Where a piece of work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (State.WAITING, State.RUNNING)


class Work(Base):
    """One piece of long work: `done` of `total`, for whom, and where its outcome stands.

    `title` is in the language of the person who started it, `url` the page of its outcome, `error`
    a sentence for that person. Work that `is_cancellable` may be stopped where it stands.
    """

    __tablename__ = "works"
    __table_args__ = (
        Index("ix_works_user", "user_id", "created_at"),
        Index("ix_works_created_at", "created_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(TITLE))
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    url: Mapped[str] = mapped_column(String(300), default="")
    error: Mapped[str | None] = mapped_column(Text)
    is_cancellable: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        """True until it has come to an end, whichever."""
        return self.state in UNDER_WAY


def begin_work(
    by: Actor,
    work_id: UUID,
    kind: str,
    title: str,
    *,
    total: int,
    url: str,
    is_cancellable: bool = True,
) -> Work:
    """Note that `by` waits for this work, in `by`'s transaction."""
    work = Work(
        id=work_id,
        kind=kind,
        title=title[:TITLE],
        user_id=by.user_id,
        state=State.WAITING,
        done=0,
        total=total,
        url=url,
        is_cancellable=is_cancellable,
        created_at=by.now,
    )
    by.session.add(work)
    return work


def advance(work: Work, done: int) -> None:
    """Say how much is done."""
    work.state, work.done = State.RUNNING, done


def finish(work: Work, state: State, now: datetime, error: str | None = None) -> None:
    """Say how the work ended."""
    work.state, work.finished_at, work.error = state, now, error


def lock_work(session: Session, work_id: UUID) -> Work | None:
    """The row, held until the transaction ends: no piece of the work runs beside its holder."""
    return session.scalars(
        select(Work)
        .where(Work.id == work_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def cancel_work(work_id: UUID, by: Actor) -> bool:
    """Stop `by`'s own work where it stands; False when there is none to be stopped.

    A piece that is being done is waited for; whatever would do the next one looks here first.
    """
    work = lock_work(by.session, work_id)
    if work is None or work.user_id != by.person_id:
        return False
    if not work.is_under_way or not work.is_cancellable:
        return False
    finish(work, State.CANCELLED, by.now)
    return True


def find_work(work_id: UUID, by: Actor) -> Work | None:
    """The work, when it is `by`'s own."""
    return by.session.scalars(
        select(Work).where(Work.id == work_id, Work.user_id == by.person_id)
    ).one_or_none()


def works_of(
    by: Actor,
    limit: int,
    *,
    under_way: bool = False,
    before: tuple[datetime, UUID] | None = None,
) -> list[Work]:
    """`by`'s own work, the latest first; `under_way` leaves out what has ended.

    That `before` a moment and an id.
    """
    asked = select(Work).where(Work.user_id == by.person_id)
    if under_way:
        asked = asked.where(Work.state.in_(UNDER_WAY))
    if before is not None:
        asked = asked.where(tuple_(Work.created_at, Work.id) < tuple_(*before))
    latest = asked.order_by(Work.created_at.desc(), Work.id.desc())
    return list(by.session.scalars(latest.limit(limit)))


def forget_works(session: Session, now: datetime) -> None:
    """Drop what ended long ago."""
    session.execute(delete(Work).where(Work.created_at < now - KEPT, Work.state.not_in(UNDER_WAY)))
