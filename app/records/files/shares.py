"""What takes the room for files: by record type, and by what is no file of today."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.files.models import File, FileVersion
from app.records.registry import registry


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is taken: how many files, how many bytes."""

    label: Text | str
    icon: str
    number: int
    size: int


def shares(by: Actor) -> list[Share]:
    """The parts, the largest first: files by record type, those that were deleted, old versions."""
    rows = by.session.execute(
        select(
            File.record_type,
            File.deleted_at.is_not(None).label("is_deleted"),
            func.count().label("number"),
            func.sum(File.size).label("size"),
        ).group_by(File.record_type, File.deleted_at.is_not(None))
    ).all()
    found = []
    for row in rows:
        declared = registry().get(row.record_type)
        if declared is not None and not row.is_deleted:
            label = declared.words.many
            found.append(Share(label, declared.icon, row.number, int(row.size)))
    gone = [row for row in rows if row.is_deleted]
    if gone:
        number, size = sum(row.number for row in gone), sum(int(row.size) for row in gone)
        found.append(Share(_("Deleted files"), "trash", number, size))
    number, size = by.session.execute(
        select(func.count(), func.coalesce(func.sum(FileVersion.size), 0))
    ).one()
    if number:
        found.append(Share(_("Earlier versions"), "history", number, int(size)))
    return sorted(found, key=lambda one: one.size, reverse=True)
