"""Files that go for good: with their record, after their days in the bin, or left behind.

The rows go in the transaction of whoever removes them; the bytes are removed by a job that becomes
visible when it commits, so that nothing is lost with a change that was undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.records.files.drawing import SIZES, picture_name
from app.records.files.models import File, FileVersion
from app.records.files.places import PICTURES, ROOM, remove_bytes
from app.records.files.storage import count_anew, give_back
from tenants.files import NoRoom, folder_of

REMOVE = "remove_file_bytes"
ARRIVING = "arriving"  # Where requests write what they bring.
CHUNK = 500
LEFT_OVER = timedelta(days=1)  # Longer than any request takes, or any job.


def drop_files(record_type: str, ids: Collection[UUID], by: Actor) -> None:
    """Remove the files of records that are removed for good."""
    named = (File.record_type == record_type, File.record_id.in_(ids))
    _drop(by.session.scalars(select(File.id).where(*named)).all(), by)


def purge_files(before: datetime, by: Actor) -> int:
    """Remove files that were deleted before a moment, some at a time; answers with how many."""
    over = select(File.id).where(File.deleted_at < before).order_by(File.deleted_at).limit(CHUNK)
    ids = by.session.scalars(over).all()
    _drop(ids, by)
    return len(ids)


def remove_unneeded(stored: Iterable[str], by: Actor) -> None:
    """Remove bytes from the disk that no row names; a payload that names others does nothing."""
    for name in stored:
        named = or_(exists().where(File.stored == name), exists().where(FileVersion.stored == name))
        if not by.session.scalar(select(named)):
            remove_bytes(name, by)


def sweep(by: Actor) -> int:
    """Remove what killed processes left on the disk, and count anew what the files take."""
    count_anew(by)
    kept = {
        name for model in (File, FileVersion) for name in by.session.scalars(select(model.stored))
    }
    pictures = {picture_name(name, size) for name in kept for size in SIZES}
    before = by.now - LEFT_OVER
    rooms: tuple[tuple[str, set[str]], ...] = (
        (ROOM, kept),
        (PICTURES, pictures),
        (ARRIVING, set()),
    )
    try:
        return sum(folder_of(by.tenant.id, room).sweep(names, before) for room, names in rooms)
    except NoRoom:
        return 0  # The service keeps no files at all.


def _drop(ids: Collection[UUID], by: Actor) -> None:
    if not ids:
        return
    held = select(File.stored, File.size).where(File.id.in_(ids))
    earlier = select(FileVersion.stored, FileVersion.size).where(FileVersion.file_id.in_(ids))
    rows = by.session.execute(held.union_all(earlier)).all()
    by.session.execute(delete(File).where(File.id.in_(ids)))
    give_back(by, sum(row.size for row in rows))
    names = [row.stored for row in rows]
    for start in range(0, len(names), CHUNK):
        enqueue(by, REMOVE, {"stored": names[start : start + CHUNK]})
