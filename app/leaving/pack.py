"""The file with everything: a table for each kind of record, people, history, mails, and files.

It is meant for people and for other programs: names instead of ids where there are any, each table
as CSV that no spreadsheet takes for formulas, and `manifest.json` with counts and hashes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Row, select

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.leaving.pictures import pictures_of
from app.mail.messages.models import Message
from app.records.exports.begin import every_key
from app.records.exports.formats import CSV
from app.records.exports.make import write_file
from app.records.exports.which import Which, packed_ids
from app.records.files.models import File, FileVersion
from app.records.files.names import clean_name
from app.records.files.places import ROOM as FILES_ROOM
from app.records.pages.state import read_query, read_state
from app.records.registry import registry
from app.records.tailored import tailored
from app.web.sheets import BOM, safe_cell
from tenants.files import Folder, folder_of

PIECE = 1024 * 1024
FETCHED = 2_000
FORMAT = "zuke-everything"
Advance = Callable[[int], None]


@dataclass
class Packed:
    """What went in so far: parts with rows, bytes and hash, and the files that were not there."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    done: int = 0

    def note(self, path: str, size: int, digest: str, rows: int | None = None) -> None:
        """Remember one part."""
        told: dict[str, Any] = {"path": path, "bytes": size, "sha256": digest}
        self.parts.append(told if rows is None else {**told, "rows": rows})


def pack_everything(target: Path, by: Actor, drafts: Folder, advance: Advance) -> Packed:
    """Write everything of `by`'s workspace to `target`; answers with what went in.

    `by` is the service itself, as only then nothing is left out, and modules that are switched off
    have their records in it too; `advance` is told how many rows and files are in, and may stop it
    by raising.
    """
    packed = Packed()
    modules = tuple(sorted({one.module for one in registry()}))
    by = replace(by, tenant=replace(by.tenant, modules=modules))
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=4) as pack:
        for record_type in registry():
            with drafts.passing() as draft:
                rows = _records(draft, record_type.key, by, packed, advance)
                _put(pack, f"records/{record_type.collection}.csv", draft, packed, rows)
        for name, head, lines in (
            ("people", _PEOPLE, _people(by)),
            ("mails", _MAILS, _mails(by)),
            ("history", _HISTORY, _history(by)),
        ):
            with drafts.passing() as draft:
                rows = _table(draft, head, lines)
                _put(pack, f"{name}.csv", draft, packed, rows)
        _files(pack, by, packed, drafts, advance)
        _pictures(pack, by, packed, advance)
        told = json.dumps(manifest(packed, by), ensure_ascii=False, indent=1)
        pack.writestr(ZipInfo("manifest.json"), told.encode(), ZIP_DEFLATED)
    return packed


def manifest(packed: Packed, by: Actor) -> dict[str, Any]:
    """What the file says of itself."""
    return {
        "format": FORMAT,
        "format_version": 1,
        "workspace": by.tenant.name,
        "address": by.tenant.slug,
        "made_at": by.now.isoformat(),
        "parts": packed.parts,
        "missing": packed.missing,
    }


def _records(draft: Path, key: str, by: Actor, packed: Packed, advance: Advance) -> int:
    """Every record of one type with every field, those of the workspace's own included."""
    record_type = tailored(key, by)
    state = read_state(record_type, read_query(""))
    ids = packed_ids(record_type, Which(state.asked), by)
    before = packed.done

    def after(done: int) -> Actor:
        packed.done = before + done
        advance(packed.done)
        return by

    keys = every_key(record_type, by)
    return write_file(draft, CSV, record_type, keys, ids, by, is_whole=True, after=after)


_PEOPLE = ("id", "name", "email", "phone", "role", "is_active", "created_at", "last_sign_in_at")


def _people(by: Actor) -> Iterator[tuple[Any, ...]]:
    for user in by.session.scalars(select(User).order_by(User.name_sort, User.id)):
        role = user.role.key or next(iter(user.role.label.values()), "")
        last = user.last_sign_in_at
        yield (
            user.id,
            user.name,
            user.email,
            user.phone,
            role,
            user.is_active,
            user.created_at,
            last,
        )


_HISTORY = ("at", "who", "how", "verb", "record_type", "record_id", "changes")


def _history(by: Actor) -> Iterator[tuple[Any, ...]]:
    names: dict[UUID, str] = {
        row.id: row.name for row in by.session.execute(select(User.id, User.name))
    }
    asked = select(
        Event.at,
        Event.actor_id,
        Event.via,
        Event.verb,
        Event.record_type,
        Event.record_id,
        Event.changes,
    )
    asked = asked.order_by(Event.at, Event.id).execution_options(yield_per=FETCHED)
    for row in by.session.execute(asked):
        told = json.dumps(row.changes, ensure_ascii=False) if row.changes else ""
        who = names.get(row.actor_id, "") if row.actor_id else ""
        yield row.at, who, row.via, row.verb, row.record_type, row.record_id, told


_MAILS = ("at", "direction", "state", "from", "to", "subject", "text")


def _mails(by: Actor) -> Iterator[tuple[Any, ...]]:
    asked = select(
        Message.at,
        Message.direction,
        Message.state,
        Message.sender_name,
        Message.sender_address,
        Message.recipients,
        Message.subject,
        Message.text,
    )
    asked = asked.order_by(Message.at, Message.id).execution_options(yield_per=FETCHED)
    for row in by.session.execute(asked):
        sender = f"{row.sender_name} <{row.sender_address}>".strip()
        yield row.at, row.direction, row.state, sender, _recipients(row), row.subject, row.text


def _recipients(row: Row[Any]) -> str:
    listed = [one for kind in ("to", "cc") for one in (row.recipients or {}).get(kind, ())]
    return "; ".join(str(one.get("address", "")) for one in listed)


_FILES = ("path", "name", "version", "record_type", "record_id", "description", "bytes", "sha256")


def _files(pack: ZipFile, by: Actor, packed: Packed, drafts: Folder, advance: Advance) -> None:
    """Each version of each file below its record, and a table of them."""
    room = folder_of(by.tenant.id, FILES_ROOM)
    lines = []
    for held, name, file in _versions(by):
        # The id keeps files of one name apart, the name is for people.
        path = f"files/{file.record_type}/{file.record_id}/{held.id}/{clean_name(name) or 'file'}"
        found = _copy(pack, path, room.path(held.stored))
        if found is None:
            packed.missing.append(path)
        else:
            packed.note(path, *found)
        size, digest = found or (0, gettext("missing"))
        record = (file.record_type, file.record_id, file.description)
        lines.append((path, name, held.number, *record, size, digest))
        packed.done += 1
        advance(packed.done)
    with drafts.passing() as draft:
        rows = _table(draft, _FILES, lines)
        _put(pack, "files.csv", draft, packed, rows)


def _pictures(pack: ZipFile, by: Actor, packed: Packed, advance: Advance) -> None:
    """What the firm puts on its documents, as it was uploaded."""
    for path, content in pictures_of(by):
        pack.writestr(ZipInfo(path), content, ZIP_STORED)
        packed.note(path, len(content), sha256(content).hexdigest())
        packed.done += 1
        advance(packed.done)


def _versions(by: Actor) -> Iterator[tuple[File | FileVersion, str, File]]:
    """Each version with its name and the file that it is one of; the newest is the file itself."""
    for file in by.session.scalars(select(File).order_by(File.created_at, File.id)).all():
        yield file, file.name, file
        earlier = select(FileVersion).where(FileVersion.file_id == file.id)
        for one in by.session.scalars(earlier.order_by(FileVersion.number)).all():
            yield one, one.name, file


def _table(draft: Path, head: Sequence[str], lines: Iterable[Sequence[Any]]) -> int:
    """Write a table as CSV; answers with its rows."""
    rows = 0
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow(head)
        for line in lines:
            writer.writerow([_cell(value) for value in line])
            rows += 1
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return safe_cell(value) if isinstance(value, str) else str(value)


def _put(pack: ZipFile, path: str, draft: Path, packed: Packed, rows: int) -> None:
    found = _copy(pack, path, draft, ZIP_DEFLATED)
    if found is not None:
        packed.note(path, *found, rows)


def _copy(
    pack: ZipFile, path: str, source: Path, pressed: int = ZIP_STORED
) -> tuple[int, str] | None:
    """Copy a file in under `path`: its bytes and hash, or None where it is gone."""
    try:
        file: IO[bytes] = source.open("rb")
    except FileNotFoundError:
        return None
    entry = ZipInfo(path)
    entry.compress_type = pressed
    digest, size = sha256(), 0
    with file, pack.open(entry, "w", force_zip64=True) as target:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return size, digest.hexdigest()


def digest_of(path: Path) -> str:
    """The hash of a whole file."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
