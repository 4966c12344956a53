"""Finding files: those of a record, and one by its id for whoever may treat its record so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.records.access import fetch
from app.records.files.drawing import picture_name
from app.records.files.models import Drawing, File, FileVersion
from app.records.files.places import NOT_THERE, PICTURES, are_any, missing, room_of
from app.records.files.tells import first_open, may_get, only_open, open_to
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType

Line = Row[*tuple[Any, ...]]

# Put together once: building it costs a page more than running it.
LINES: Select[*tuple[Any, ...]] = (
    select(
        File.id,
        File.record_id,
        File.name,
        File.description,
        File.number,
        File.size,
        File.kind,
        File.drawing,
        File.added_at,
        File.deleted_at,
        File.tells,
        User.name.label("who"),
    )
    .outerjoin(User, User.id == File.added_by_id)
    .order_by(File.created_at.desc(), File.id.desc())
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file and the record that it stands on, which `by` may treat as they asked."""

    file: File
    record_type: RecordType
    record: Record


def lines_of(record_type: RecordType, record: Record, by: Actor, limit: int) -> list[Line]:
    """The newest files of a record that `by` gets."""
    return counted_lines_of(record_type, record, by, limit)[0]


def some_lines_of(
    record_type: RecordType, record: Record, ids: Collection[UUID], by: Actor
) -> list[Line]:
    """Those of a record's files that are named, as far as `by` gets them."""
    if not ids:
        return []
    which = _which(record_type, record)
    return list(open_to(list(by.session.execute(LINES.where(*which, File.id.in_(ids)))), by))


def counted_lines_of(
    record_type: RecordType, record: Record, by: Actor, limit: int
) -> tuple[list[Line], int]:
    """The newest files of a record that `by` gets, and how many they get of it in all."""
    if not are_any(by):
        return [], 0
    which = _which(record_type, record)
    counts = (func.count().over().label("total"), func.count(File.tells).over().label("telling"))
    statement = LINES.add_columns(*counts).where(*which)
    lines = list(by.session.execute(statement.limit(limit)))
    if len(lines) < limit or lines[0].total == len(lines):
        found = open_to(lines, by)
        return found, len(found)
    if lines[0].telling:
        judged = statement.where(only_open(File, by, *which))
        lines = list(by.session.execute(judged.limit(limit)))
    return lines, lines[0].total if lines else 0


def deleted_of(record_type: RecordType, record: Record, by: Actor, limit: int) -> list[Line]:
    """The files of a record that were deleted and can come back, the newest first."""
    which = _which(record_type, record, is_deleted=True)
    return first_open(
        lambda beside: by.session.execute(LINES.where(*which, beside).limit(limit)).all(),
        *(File, which, by, limit),
    )


def _which(
    record_type: RecordType, record: Record, *, is_deleted: bool = False
) -> tuple[ColumnElement[bool], ...]:
    deleted = File.deleted_at.is_not(None) if is_deleted else File.deleted_at.is_(None)
    return File.record_type == record_type.key, File.record_id == record.id, deleted


def lines_by_record(kind: str, ids: Collection[UUID], by: Actor) -> Mapping[UUID, list[Line]]:
    """The files of some records that `by` may read, by record; one statement at most."""
    if not ids or not are_any(by):
        return {}
    statement = LINES.where(
        File.record_type == kind, File.record_id.in_(ids), File.deleted_at.is_(None)
    )
    found: dict[UUID, list[Line]] = {}
    for line in open_to(list(by.session.execute(statement)), by):
        found.setdefault(line.record_id, []).append(line)
    return found


def files_of(
    record_type: RecordType,
    record: Record,
    by: Actor,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[File]:
    """The files of a record that `by` gets, the oldest first; those `after` a moment and an id."""
    which = _which(record_type, record)
    if after is not None:
        which = (*which, tuple_(File.created_at, File.id) > tuple_(*after))
    ordered = select(File).where(*which).order_by(File.created_at, File.id).limit(limit)
    return first_open(
        lambda beside: by.session.scalars(ordered.where(beside)).all(),
        *(File, which, by, limit),
    )


def find_file(file_id: UUID, by: Actor, verb: str = "read", *, is_deleted: bool = False) -> Found:
    """A file whose record `by` may treat so; a deleted one only with `is_deleted`.

    Missing for all others, in the same words; NotPermitted where the record may only be read.
    """
    file = by.session.get(File, file_id)
    if file is None or (file.deleted_at is not None) is not is_deleted:
        raise missing()
    declared = registry().get(file.record_type)
    if declared is None or not by.tenant.allows(declared.module):
        raise missing()
    record_type = tailored(declared, by)
    try:
        found = Found(file, record_type, fetch(record_type, file.record_id, by, verb))
    except Missing:
        raise missing() from None
    if not may_get(file, by):
        raise missing()
    return found


def versions_of(file: File, by: Actor) -> list[FileVersion]:
    """What a file held before, the newest first."""
    if file.number == 1:
        return []
    statement = select(FileVersion).where(FileVersion.file_id == file.id)
    return list(by.session.scalars(statement.order_by(FileVersion.number.desc())))


def version_of(file: File, number: int, by: Actor) -> File | FileVersion:
    """One version of a file by its number, which may be the newest; Missing for any other."""
    if number == file.number:
        return file
    statement = select(FileVersion).where(
        FileVersion.file_id == file.id, FileVersion.number == number
    )
    found = by.session.scalars(statement).one_or_none()
    if found is None:
        raise missing()
    return found


def path_of(version: File | FileVersion, by: Actor) -> Path:
    """Where the bytes of a version lie; Missing where they are gone from the disk."""
    path = room_of(by).path(version.stored)
    if not path.is_file():
        raise Missing(NOT_THERE)
    return path


def picture_of(file: File, size: str, by: Actor) -> Path:
    """Where a small picture of a file lies; Missing where there is none."""
    path = room_of(by, PICTURES).path(picture_name(file.stored, size))
    if file.drawing != Drawing.READY or not path.is_file():
        raise missing()
    return path
