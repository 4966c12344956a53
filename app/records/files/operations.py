"""Adding files to records and changing them; each change is an event of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NoSpace, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.access import may_do
from app.records.door import may_change
from app.records.files.find import Found
from app.records.files.kinds import KINDS, Told, tell
from app.records.files.models import Content, Drawing, File, FileVersion
from app.records.files.names import clean_name
from app.records.files.places import missing, note_first, store
from app.records.files.storage import take, take_turns
from app.records.files.tells import Tells
from app.records.files.words import ADDED, DELETED, DESCRIBED, KEY, RENAMED, REPLACED, RESTORED
from app.records.history import account_of
from app.records.model import Record
from app.records.types import RecordType
from tenants.arriving import Arriving
from tenants.files import NoRoom, new_name

DRAW = "draw_file"
MOST = 500  # Files of one record.
LONGEST_DESCRIPTION = 500
UNNAMED = _("File")
CONTENT = tuple(Content.__annotations__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is kept; `note` tells where it is something else than its name says."""

    file: File
    note: Text | None = None


def add_file(
    record_type: RecordType,
    record: Record,
    arrived: Arriving,
    by: Actor,
    *,
    verb: str = "update",
    description: str = "",
    tells: Tells | None = None,
) -> Kept:
    """Put a file that has arrived on a record, whose change (or creation) `by` may do.

    Refused for an empty one, for a program and for one too many; OverLimit where the workspace has
    no room, NoSpace where the disk has none; NotPermitted.
    """
    _require(record_type, record, by, verb)
    name, _told = _judged(arrived)
    _demand_place(record_type, record, by)
    kept = put_file(record_type.key, record.id, arrived, by, description=description, tells=tells)
    _write(record_type, record, ADDED, by, None, name)
    return kept


def put_file(
    kind: str,
    record_id: UUID,
    arrived: Arriving,
    by: Actor,
    *,
    description: str = "",
    tells: Tells | None = None,
) -> Kept:
    """Keep a file that has arrived on something whose change was permitted already.

    For what is no record and has its own rules, such as an e-mail. Refused, OverLimit and NoSpace
    as `add_file` answers.
    """
    name, told = _judged(arrived)
    take(by, arrived.size)
    file = File(
        id=new_id(),
        record_type=kind,
        record_id=record_id,
        name=name,
        description=_described(description),
        tells=dict(tells) if tells else None,
        version=1,
        created_at=by.now,
        created_by_id=by.user_id,
        **_content(arrived, told, 1, by),
    )
    by.session.add(file)
    note_first(by)
    _store(file, arrived, by)
    return Kept(file, _note(name, told))


def replace_file(found: Found, arrived: Arriving, by: Actor) -> Kept:
    """Let a file hold something newer; what it held stays as an earlier version."""
    file = found.file
    _require(found.record_type, found.record, by)
    _lock(file, by)
    name, told = _judged(arrived)
    take(by, arrived.size)
    held = {column: getattr(file, column) for column in CONTENT}
    by.session.add(FileVersion(id=new_id(), file_id=file.id, name=file.name, **held))
    before = file.name
    content = _content(arrived, told, file.number + 1, by)
    for key, value in content.items():
        setattr(file, key, value)
    file.name = name
    file.version += 1
    _write(found.record_type, found.record, REPLACED, by, before, name)
    _store(file, arrived, by)
    return Kept(file, _note(name, told))


def change_file(
    found: Found,
    by: Actor,
    *,
    name: str | None = None,
    description: str | None = None,
    version: int | None = None,
) -> None:
    """Call a file otherwise, or say something else about it.

    Refused with a message per field; Conflict when it is no longer as in `version`.
    """
    file = found.file
    _require(found.record_type, found.record, by)
    _lock(file, by)
    if version is not None and version != file.version:
        raise Conflict(_("Somebody else changed this in the meantime."))
    called = file.name if name is None else clean_name(name)
    if not called:
        raise Refused(_("Give the file a name."), field="name")
    said = file.description if description is None else _described(description)
    if called != file.name:
        _write(found.record_type, found.record, RENAMED, by, file.name, called)
    if said != file.description:
        _write(found.record_type, found.record, DESCRIBED, by, called, called)
    if (called, said) != (file.name, file.description):
        file.name, file.description = called, said
        file.version += 1


def delete_file(found: Found, by: Actor) -> None:
    """Put a file into the bin of its record, from where it comes back for some weeks."""
    _require(found.record_type, found.record, by)
    _lock(found.file, by)
    if found.file.deleted_at is None:
        found.file.deleted_at, found.file.deleted_by_id = by.now, by.user_id
        found.file.version += 1
        _write(found.record_type, found.record, DELETED, by, found.file.name, None)


def restore_file(found: Found, by: Actor) -> None:
    """Bring a deleted file back; Refused where the record has as many as it may have by now."""
    _require(found.record_type, found.record, by)
    _lock(found.file, by)
    if found.file.deleted_at is not None:
        _demand_place(found.record_type, found.record, by)
        found.file.deleted_at = found.file.deleted_by_id = None
        found.file.version += 1
        _write(found.record_type, found.record, RESTORED, by, None, found.file.name)


def may_add(record_type: RecordType, record: Record, by: Actor) -> bool:
    """True when `by` may add files to a record, and change those that it has."""
    return (
        not by.tenant.is_read_only
        and by.previews is None
        and may_do(record_type, record, "update", by)
    )


def _content(arrived: Arriving, told: Told, number: int, by: Actor) -> dict[str, Any]:
    is_drawn = KINDS[told.kind].is_drawn
    return {
        "number": number,
        "stored": new_name("bin"),
        "size": arrived.size,
        "digest": arrived.digest,
        "kind": told.kind,
        "sent_as": told.sent_as,
        "drawing": Drawing.WAITING if is_drawn else Drawing.NONE,
        "added_at": by.now,
        "added_by_id": by.user_id,
    }


def _require(record_type: RecordType, record: Record, by: Actor, verb: str = "update") -> None:
    may_change(record_type, verb, by)
    if not may_do(record_type, record, verb, by):
        raise NotPermitted(_("Your role does not allow this on this record."))


def _demand_place(record_type: RecordType, record: Record, by: Actor) -> None:
    """Refused where a record has as many files as it may have, whoever adds at the same time."""
    take_turns(by)
    count = select(func.count()).where(
        File.record_type == record_type.key, File.record_id == record.id, File.deleted_at.is_(None)
    )
    if (by.session.scalar(count) or 0) >= MOST:
        raise Refused(_("A record has at most %(limit)s files.", limit=MOST), field=KEY)


def _lock(file: File, by: Actor) -> None:
    """Hold a file, as it stands now, until the transaction ends."""
    asked = select(File.id).where(File.id == file.id).with_for_update()
    if by.session.scalar(asked) is None:
        raise missing()
    by.session.refresh(file)


def _judged(arrived: Arriving) -> tuple[str, Told]:
    """What a file is called and what it is; Refused for what is not kept."""
    name = clean_name(arrived.name) or str(UNNAMED)
    if arrived.size == 0:
        raise Refused(_("“%(name)s” is empty.", name=name), field=KEY)
    told = tell(arrived.path, name)
    if told.is_program:
        raise Refused(
            _("“%(name)s” is a program. Programs are not kept here.", name=name), field=KEY
        )
    return name, told


def _described(given: str) -> str:
    said = " ".join(given.split())
    if len(said) > LONGEST_DESCRIPTION:
        raise Refused(
            _("At most %(limit)s characters.", limit=LONGEST_DESCRIPTION), field="description"
        )
    return said


def _note(name: str, told: Told) -> Text | None:
    """That a file is not what its name promises."""
    if not told.is_other:
        return None
    label = KINDS[told.kind].label
    if not label:
        return _("“%(name)s” is not what its name says. It is kept as it is.", name=name)
    return _("“%(name)s” is really %(kind)s. It is kept as that.", name=name, kind=label)


def _store(file: File, arrived: Arriving, by: Actor) -> None:
    """Give the bytes their place once the row stands: neither is there without the other."""
    by.session.flush()  # What the database refuses is answered before the disk is touched.
    if file.drawing == Drawing.WAITING:
        enqueue(by, DRAW, {"file_id": str(file.id), "stored": file.stored})
    try:
        store(arrived.path, file.stored, by)
    except NoRoom:
        raise NoSpace(
            _("There is no space left for files at the moment. Nothing was lost; try again later.")
        ) from None


def _write(
    record_type: RecordType,
    record: Record,
    verb: str,
    by: Actor,
    before: str | None,
    after: str | None,
) -> None:
    changes: Mapping[str, Any] = {KEY: [before, after]}
    account_id: UUID | None = account_of(record_type, record)
    write_event(by, record_type.key, record.id, verb, account_id=account_id, changes=changes)
