"""Files that go with a message: brought along, or copied from the record that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NoSpace, Refused
from app.kernel.language import _
from app.mail.messages.find import FILES
from app.mail.messages.models import Message
from app.records.files.find import path_of
from app.records.files.leaving import drop_files
from app.records.files.models import File
from app.records.files.operations import put_file
from app.records.files.tells import open_to
from app.records.model import Record
from app.records.types import RecordType
from app.web.uploads import MEGABYTE, ROOM
from tenants.arriving import Arriving
from tenants.files import NoRoom, folder_of

MOST_BYTES = 25 * MEGABYTE  # What mail servers take of one mail, as a rule.
MOST = 20
PIECE = 256 * 1024


def attach(
    message: Message,
    record_type: RecordType,
    record: Record,
    brought: Sequence[Arriving],
    chosen: Sequence[UUID],
    by: Actor,
    carried: Sequence[File] = (),
) -> None:
    """Put what was brought on a message, and copies of the record's files that were chosen.

    Those `carried` are copied too.
    """
    kept = _files_of(message, by)
    picked = [*carried, *_chosen(record_type, record, chosen, by)]
    total = sum(one.size for one in (*kept, *picked)) + sum(one.size for one in brought)
    if total > MOST_BYTES or len(kept) + len(picked) + len(brought) > MOST:
        raise Refused(
            _(
                "An e-mail carries at most %(files)s files of %(limit)s together.",
                files=MOST,
                limit=f"{MOST_BYTES // MEGABYTE} MB",
            ),
            field="file",
        )
    for one in brought:
        put_file(FILES, message.id, one, by)
    with ExitStack() as copies:
        for file in picked:
            copy = copies.enter_context(_copy(file, by))
            put_file(FILES, message.id, copy, by, tells=file.tells)


def carry(former: Message, kept: Sequence[UUID], by: Actor) -> list[File]:
    """The files of a mail that go along with the one that takes its place."""
    return [one for one in _files_of(former, by) if one.id in kept]


def keep_only(message: Message, kept: Sequence[UUID], by: Actor) -> None:
    """Take off a draft what its writer does not want to send any more."""
    for file in _files_of(message, by):
        if file.id not in kept:
            file.deleted_at, file.deleted_by_id = by.now, by.user_id


def drop_attachments(message: Message, by: Actor) -> None:
    """Remove the files of a message that is removed."""
    drop_files(FILES, [message.id], by)


def files_to_send(message: Message, by: Actor) -> list[File]:
    """The files of a message, in their order."""
    return _files_of(message, by)


def _files_of(message: Message, by: Actor) -> list[File]:
    statement = select(File).where(
        File.record_type == FILES, File.record_id == message.id, File.deleted_at.is_(None)
    )
    return list(by.session.scalars(statement.order_by(File.created_at, File.id)))


def _chosen(
    record_type: RecordType, record: Record, chosen: Sequence[UUID], by: Actor
) -> list[File]:
    """The files of the record that were ticked; Missing for one of another."""
    if not chosen:
        return []
    statement = select(File).where(
        File.record_type == record_type.key,
        File.record_id == record.id,
        File.id.in_(chosen),
        File.deleted_at.is_(None),
    )
    found = open_to(list(by.session.scalars(statement.order_by(File.created_at, File.id))), by)
    if len(found) != len(set(chosen)):
        raise Missing(_("There is no such file."))
    return found


@contextmanager
def _copy(file: File, by: Actor) -> Iterator[Arriving]:
    """The bytes of a file as if they had been sent once more."""
    try:
        folder = folder_of(by.tenant.id, ROOM)
        with folder.passing() as draft, path_of(file, by).open("rb") as source:
            arriving = Arriving(draft, file.name, file.size)
            try:
                while piece := source.read(PIECE):
                    arriving.write(piece)
                arriving.seek(0)
                yield arriving
            finally:
                arriving.close()
    except NoRoom:
        raise NoSpace(
            _("There is no space left for files at the moment. Nothing was lost; try again later.")
        ) from None
