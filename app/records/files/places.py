"""Where the files of a workspace lie, and the mark by which a page knows that there are any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NoSpace
from app.kernel.language import _
from app.records.files.drawing import SIZES, picture_name
from tenants.files import Folder, NoRoom, folder_of

ROOM = "files"
PICTURES = "pictures"
MADE = "stored_files"
STAMP = "files"  # Drawn with the first file of a workspace: until then no page asks for any.
NOT_THERE = _("This file is not there any more.")
Made = tuple[tuple[SessionTransaction, ...], Callable[[], None]]


def room_of(by: Actor, room: str = ROOM) -> Folder:
    """One of the folders of a workspace; NoSpace where the service has none for files."""
    try:
        return folder_of(by.tenant.id, room)
    except NoRoom:
        raise NoSpace(_("This service keeps no files.")) from None


def store(draft: Path, stored: str, by: Actor) -> None:
    """Let a draft become what is stored under a name; it goes again with the transaction.

    So it does with a savepoint inside which it was stored, when that is undone. NoRoom when the
    disk is full.
    """
    room = room_of(by)
    _made_now(by.session).append((_savepoints(by.session), lambda: room.remove(stored)))
    room.take(draft, stored)


def _savepoints(session: Session) -> tuple[SessionTransaction, ...]:
    """The savepoints that are open, the innermost first."""
    found = []
    one = session.get_nested_transaction()
    while one is not None and one.nested:
        found.append(one)
        one = one.parent
    return tuple(found)


def _made_now(session: Session) -> list[Made]:
    """What undoes the files that were stored in the open transaction, and inside which savepoints.

    The session tells of the end of a savepoint as of that of the transaction.
    """
    found: list[Made] | None = session.info.get(MADE)
    if found is None:
        made: list[Made] = []
        session.info[MADE] = found = made

        @event.listens_for(session, "after_commit")
        def _keep(session: Session) -> None:
            if not session.in_nested_transaction():
                made.clear()

        @event.listens_for(session, "after_rollback")
        def _undo(session: Session) -> None:
            ended = session.get_nested_transaction()
            for one in reversed(made.copy()):
                savepoints, undo = one
                if ended is None or ended in savepoints:
                    made.remove(one)
                    undo()

    return found


def remove_bytes(stored: str, by: Actor) -> None:
    """Remove what is stored under a name, with its small pictures."""
    room_of(by).remove(stored)
    for size in SIZES:
        room_of(by, PICTURES).remove(picture_name(stored, size))


def are_any(by: Actor) -> bool:
    """False while nobody has added a file to this workspace; no statement is run for it."""
    return stamps.stamp(by.session, STAMP) is not None


def note_first(by: Actor) -> None:
    """Let every page ask for files from now on."""
    if not are_any(by):
        stamps.draw(by.session, STAMP)


def missing() -> Missing:
    """The answer to a file that is not there, or not for this person: they are alike."""
    return Missing(_("There is no such file."))
