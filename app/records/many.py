"""The door for many rows: same permission, checks and keys, events written by one COPY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.events import event_row
from app.events.copy import copy_events
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.custom.unique import distinct
from app.records.door import build, creation_changes, may_change, perform
from app.records.history import account_of
from app.records.model import Record
from app.records.picklists import picklists_of
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from app.records.types import RecordType

CHUNK = 1000


def perform_many(
    kind: RecordType | str,
    verb: str,
    rows: Iterable[Mapping[str, Any] | Record],
    /,
    *,
    by: Actor,
    **inputs: Any,
) -> list[UUID]:
    """Do `verb` on many rows as one batch and answer with their ids, in the order given.

    For `create`, `rows` are mappings of fields; for every other verb they are records, and
    `inputs` apply to each. All or nothing: the first answer against it ends the whole.
    """
    record_type = tailored(kind, by)
    may_change(record_type, verb, by)
    batch = by if by.batch_id else by.in_batch(new_id())
    ids = _perform_many(record_type, verb, rows, inputs, batch)
    if by.batch_id is None and batch.batch_id is not None:
        tell_of_batch(batch, batch.batch_id)
    return ids


def _perform_many(
    record_type: RecordType,
    verb: str,
    rows: Iterable[Mapping[str, Any] | Record],
    inputs: Mapping[str, Any],
    batch: Actor,
) -> list[UUID]:
    if verb == "create":
        return _create_many(record_type, rows, batch)  # type: ignore[arg-type]
    ids = []
    for record in rows:
        if verb == "delete" and record.delete_batch_id == batch.batch_id:  # type: ignore[union-attr]
            continue  # It went with its parent, an earlier row of this batch.
        ids.append(perform(record_type, verb, record, by=batch, **inputs).id)  # type: ignore[arg-type]
    return ids


def _create_many(
    record_type: RecordType, rows: Iterable[Mapping[str, Any]], by: Actor
) -> list[UUID]:
    """Insert in chunks; what a record's creation changes elsewhere follows each chunk."""
    picklists = picklists_of(by.session, record_type)
    ids: list[UUID] = []
    chunk: list[Record] = []
    built = (build(record_type, row, by, picklists) for row in rows)
    for record in distinct(record_type, built):
        chunk.append(record)
        if len(chunk) == CHUNK:
            ids += _insert(record_type, chunk, by)
            chunk = []
    return ids + _insert(record_type, chunk, by)


def _insert(record_type: RecordType, records: Sequence[Record], by: Actor) -> list[UUID]:
    if not records:
        return []
    by.session.execute(insert(record_type.model), [column_values(one) for one in records])
    copy_events(
        by.session,
        [
            event_row(
                by,
                record_type.key,
                one.id,
                "created",
                account_id=account_of(record_type, one),
                changes=creation_changes(record_type, one),
            )
            for one in records
        ],
    )
    for one in records:
        record_type.changed(one, "create", by)
    return [one.id for one in records]


def column_values(record: Record) -> dict[str, Any]:
    """The columns of a record as a mapping for INSERT or COPY; absent ones keep their default."""
    return {
        attribute.key: value
        for attribute in record.__mapper__.column_attrs
        if (value := getattr(record, attribute.key)) is not None
    }
