"""A file that somebody gives to be imported: kept under a name that nobody can guess."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from app.kernel.actor import Actor
from app.kernel.errors import NoSpace, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current
from app.records.exports.begin import NO_SPACE
from app.records.imports.models import FILE_NAME, ImportRun, State
from app.records.types import IMPORT, RecordType
from tenants.files import Folder, NoRoom, folder_of, new_name

ROOM = "imports"
LARGEST = 256 * 1024 * 1024  # Bytes of a file as it is given.
BLOCK = 1024 * 1024


class Readable(Protocol):
    """What a file's bytes are read from."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes, none at its end."""


def may_import(record_type: RecordType, by: Actor) -> None:
    """Raise the answer that stands against any import of this type, when one does."""
    makes = by.may(record_type.key, "create") or by.may(record_type.key, "update")
    if not by.may(record_type.key, IMPORT) or not makes:
        raise NotPermitted(_("Your role does not allow this."))


def keep_file(
    record_type: RecordType, file_name: str, stream: Readable, by: Actor, *, total: int = 0
) -> ImportRun:
    """Keep a file and answer with its import, which is not begun; see `begin.begin_import`.

    Refused for a file that is empty or too large, NoSpace when the disk is full.
    """
    may_import(record_type, by)
    name = new_name("table")
    with told_when_full(), room_of(by).making(name) as draft:
        size = 0
        with draft.open("wb") as file:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > LARGEST:
                    raise Refused(_("A file may have %(mb)s MB at most.", mb=LARGEST // 2**20))
                file.write(block)
        if not size:
            raise Refused(_("This file is empty."))
    run = ImportRun(
        id=new_id(),
        record_type=record_type.key,
        file=name,
        file_name=_tail(file_name),
        size=size,
        how={},
        mapping={},
        is_dry_run=False,
        user_id=by.user_id,
        via=by.via,
        scopes=None if by.rights.scopes is None else sorted(by.rights.scopes),
        language=current(),
        state=State.GIVEN,
        total=total,
        failures=new_name("jsonl"),
        twins=new_name("jsonl"),
        created_at=by.now,
    )
    by.session.add(run)
    by.session.flush()  # Who asks for it next finds it by its id.
    return run


def _tail(file_name: str) -> str:
    """A file's own name without its folder; its end stays, as that tells what it is."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in name if one.isprintable())[-FILE_NAME:]


@contextmanager
def told_when_full() -> Iterator[None]:
    """A full disk is an answer: NoSpace."""
    try:
        yield
    except NoRoom:
        raise NoSpace(NO_SPACE) from None


def room_of(by: Actor) -> Folder:
    """Where the imports of a workspace lie; NoSpace where the service has no folder for files."""
    with told_when_full():
        return folder_of(by.tenant.id, ROOM)
