"""Finding the documents of a record, one by its id, and its bytes."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from app.documents.papers.make import STAMP, made_again
from app.documents.papers.models import Document
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import fetch
from app.records.files.models import File
from app.records.files.places import room_of
from app.records.files.tells import first_open, may_get
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType


def are_any(by: Actor) -> bool:
    """False while nobody has made a document in this workspace; no statement is run for it."""
    return stamps.stamp(by.session, STAMP) is not None


def documents_of(
    record_type: RecordType,
    record: Record,
    by: Actor,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[Document]:
    """The newest documents of a record that `by` may read, as far as they may read all in them.

    With `before`, a moment and an id, the newest of those that are older.
    """
    if not are_any(by):
        return []
    which: tuple[ColumnElement[bool], ...] = (
        Document.record_type == record_type.key,
        Document.record_id == record.id,
    )
    if before is not None:
        which = (*which, tuple_(Document.made_at, Document.id) < tuple_(*before))
    order = (Document.made_at.desc(), Document.id.desc())
    statement = select(Document).where(*which).order_by(*order).limit(limit)
    return first_open(
        lambda beside: by.session.scalars(statement.where(beside)).all(),
        *(Document, which, by, limit),
    )


def find_document(
    document_id: UUID, by: Actor, verb: str = "read"
) -> tuple[Document, RecordType, Record]:
    """A document whose record `by` may treat so, and all of which they may read.

    Missing for all others, in the same words.
    """
    found = by.session.get(Document, document_id)
    declared = registry().get(found.record_type) if found is not None else None
    if found is None or declared is None or not by.tenant.allows(declared.module):
        raise missing()
    record_type = tailored(declared, by)
    try:
        record = fetch(record_type, found.record_id, by, verb)
    except Missing:
        raise missing() from None
    if not may_get(found, by):
        raise missing()
    return found, record_type, record


def pdf_bytes(document: Document, by: Actor) -> bytes:
    """The PDF: the file that was kept, or made again where that is gone or was replaced."""
    file = by.session.get(File, document.file_id) if document.file_id else None
    if file is not None and file.digest == document.digest:
        path = room_of(by).path(file.stored)
        if path.is_file():
            content = path.read_bytes()
            if sha256(content).hexdigest() == document.digest:
                return content
    return made_again(document, by)


def missing() -> Missing:
    """The answer to a document that is not there, or not for this person: they are alike."""
    return Missing(_("There is no such document."))
