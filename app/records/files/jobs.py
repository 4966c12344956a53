"""The background work of files: small pictures, and bytes that nobody needs any more."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.files.drawing import draw_pictures
from app.records.files.leaving import REMOVE, purge_files, remove_unneeded, sweep
from app.records.files.models import Drawing, File, FileVersion
from app.records.files.operations import DRAW
from app.records.files.places import PICTURES, room_of
from app.records.retention import retention
from tenants.scope import keep


@job(DRAW, while_suspended=True, timeout=120)
def draw_file(by: Actor, payload: Payload) -> None:
    """Draw the small pictures of a file as it was added; a version replaced since has its own."""
    file_id, stored = UUID(str(payload["file_id"])), str(payload["stored"])
    if not _is_waiting(file_id, stored, by):
        return
    keep(by.session)  # Nothing is held while a stranger's picture is drawn.
    path = room_of(by).path(stored)
    outcome = Drawing.FAILED
    if path.is_file():
        outcome = draw_pictures(path, stored, room_of(by, PICTURES))
    for table in (File, FileVersion):  # Whichever holds it by now.
        by.session.execute(update(table).where(table.stored == stored).values(drawing=outcome))


@job(REMOVE, while_suspended=True)
def remove_file_bytes(by: Actor, payload: Payload) -> None:
    """Remove bytes whose rows are gone."""
    names = payload["stored"]
    remove_unneeded(names if isinstance(names, list) else [], by)


@job("tend_files", every=timedelta(days=1), while_suspended=True)
def tend_files(by: Actor, _payload: Payload) -> None:
    """Remove for good what was deleted long enough ago, and what killed processes left."""
    before = retention(by).deleted_before(by.now)
    while purge_files(before, by):
        continue
    sweep(by)


def _is_waiting(file_id: UUID, stored: str, by: Actor) -> bool:
    file = by.session.get(File, file_id)
    return file is not None and file.stored == stored and file.drawing == Drawing.WAITING


JOBS = (draw_file, remove_file_bytes, tend_files)
