"""Where the files of a workspace lie, and the mark by which a page knows that there are any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

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


def room_of(by: Actor, room: str = ROOM) -> Folder:
    """One of the folders of a workspace; NoSpace where the service has none for files."""
    try:
        return folder_of(by.tenant.id, room)
    except NoRoom:
        raise NoSpace(_("This service keeps no files.")) from None


def store(draft: Path, stored: str, by: Actor) -> None:
    """Let a draft become what is stored under a name; it goes again with the transaction.

    NoRoom when the disk is full.
    """
    room = room_of(by)
    _made_now(by.session).append(lambda: room.remove(stored))
    room.take(draft, stored)


def _made_now(session: Session) -> list[Callable[[], None]]:
    """What undoes the files that were stored in the transaction which is open."""
    found: list[Callable[[], None]] | None = session.info.get(MADE)
    if found is None:
        undo: list[Callable[[], None]] = []
        session.info[MADE] = found = undo

        @event.listens_for(session, "after_commit")
        def _keep(_session: Session) -> None:
            undo.clear()

        @event.listens_for(session, "after_rollback")
        def _undo(_session: Session) -> None:
            while undo:
                undo.pop()()

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
