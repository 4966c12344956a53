"""Taking everything out: asked for, found again, fetched, deleted, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.exc import IntegrityError

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.jobs.progress import State as WorkState
from app.jobs.progress import begin_work, finish, lock_work
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Previewing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current, gettext
from app.leaving.models import KEPT, TOLD, UNDER_WAY, State, Takeout
from app.records.exports.begin import told_when_full
from app.records.files.models import File, FileVersion
from app.records.registry import registry
from tenants.files import Folder, NoRoom, folder_of, new_name

KIND = "take_everything_out"
ROOM = "takeouts"
SUBJECT = "workspace"
TAKE = ("takeout", "make")
URL = "/settings/leaving"
SHOWN = 20


def require_take(by: Actor) -> None:
    """Raise NotPermitted for who may not take everything out, Previewing for who only looks.

    It holds while the workspace is read-only or suspended too: what is a firm's own stays so.
    """
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if not by.may(*TAKE):
        raise NotPermitted(_("Your role does not allow this."))


def begin_takeout(by: Actor) -> Takeout:
    """Let a worker put everything into one file; Refused while another one is being made."""
    require_take(by)
    takeout = Takeout(
        id=new_id(),
        user_id=by.user_id,
        language=current(),
        state=State.WAITING,
        total=_parts(by),
        file=new_name("zip"),
        told={},
        created_at=by.now,
    )
    try:
        with by.session.begin_nested():
            by.session.add(takeout)
    except IntegrityError:
        raise Refused(_("It is being made already.")) from None
    title = gettext("Everything in one file")
    begin_work(by, takeout.id, KIND, title, total=takeout.total, url=URL, is_cancellable=False)
    enqueue(by, KIND, {"takeout_id": str(takeout.id)}, key=f"{KIND}:{takeout.id}")
    write_event(by, SUBJECT, by.tenant.id, "takeout_begun")
    return takeout


def _parts(by: Actor) -> int:
    """Rows and files that there are, for the progress; what comes meanwhile is taken along."""
    found = sum(
        by.session.scalar(select(func.count()).select_from(one.model)) or 0 for one in registry()
    )
    files = sum(
        by.session.scalar(select(func.count()).select_from(one)) or 0 for one in (File, FileVersion)
    )
    return found + files


def list_takeouts(
    by: Actor, limit: int = SHOWN, before: tuple[datetime, UUID] | None = None
) -> list[Takeout]:
    """The newest ones, whoever asked for them; those `before` a moment and an id."""
    require_take(by)
    newest = select(Takeout).order_by(Takeout.created_at.desc(), Takeout.id.desc())
    if before is not None:
        newest = newest.where(tuple_(Takeout.created_at, Takeout.id) < tuple_(*before))
    return list(by.session.scalars(newest.limit(limit)))


def find_takeout(takeout_id: UUID, by: Actor, *, lock: bool = False) -> Takeout:
    """One of them, for who may take everything out; Missing where it is gone."""
    require_take(by)
    asked = select(Takeout).where(Takeout.id == takeout_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = by.session.scalars(asked).one_or_none()
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def open_takeout(takeout: Takeout, by: Actor) -> BinaryIO:
    """The file, open for reading; Missing when it is not made, or gone."""
    gone = Missing(_("This file is not there any more. Have it made anew."))
    if takeout.state != State.DONE or takeout.expires_at is None or takeout.expires_at <= by.now:
        raise gone
    try:
        return room_of(by).path(takeout.file).open("rb")
    except FileNotFoundError:
        raise gone from None


def delete_takeout(takeout_id: UUID, by: Actor) -> None:
    """Remove one with its file; one that is being made is stopped."""
    work = lock_work(by.session, takeout_id)  # The work first and then the row, as its maker does.
    takeout = find_takeout(takeout_id, by, lock=True)
    if work is not None and work.is_under_way:
        finish(work, WorkState.CANCELLED, by.now)
    room_of(by).remove(takeout.file)
    by.session.delete(takeout)
    write_event(by, SUBJECT, by.tenant.id, "takeout_deleted")


def forget_takeouts(by: Actor) -> None:
    """Remove files whose time is over, rows of long ago, and what killed workers have left."""
    over = select(Takeout).where(Takeout.state == State.DONE, Takeout.expires_at <= by.now)
    for takeout in by.session.scalars(over):
        room_of(by).remove(takeout.file)
        takeout.state = State.EXPIRED
    by.session.flush()  # What is deleted next goes by the new states.
    by.session.execute(
        delete(Takeout).where(
            Takeout.created_at < by.now - TOLD, Takeout.state.not_in((*UNDER_WAY, State.DONE))
        )
    )
    kept = by.session.scalars(select(Takeout.file)).all()
    try:
        folder_of(by.tenant.id, ROOM).sweep(frozenset(kept), by.now - KEPT)
    except NoRoom:
        return  # The service keeps no files at all.


def room_of(by: Actor) -> Folder:
    """Where these files lie; NoSpace where the service has no folder for files."""
    with told_when_full():
        return folder_of(by.tenant.id, ROOM)
