"""Deleting and bringing back: rows are marked in a batch with their children, for 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.events import Event, event_row
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.history import account_of
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType


def delete_records(record_type: RecordType, records: Sequence[Record], by: Actor) -> UUID:
    """Mark records and their children as deleted, with an event each; answers with the batch."""
    batch = by.batch_id or new_id()
    for record in records:
        _mark(record_type, record, by, batch)
        for child_type, child in _children(record_type, record, by):
            _mark(child_type, child, by, batch)
    by.session.flush()  # The version is compared here, before hooks look at what is left.
    for record in records:
        record_type.changed(record, "delete", by)
    return batch


def restore_records(record_type: RecordType, record: Record, by: Actor) -> None:
    """Bring back a record and all that was deleted with it."""
    if record.deleted_at is None or record.delete_batch_id is None:
        raise Refused(_("This record is not deleted."))
    batch = record.delete_batch_id
    _unmark(record_type, record, by)
    for child in record_type.children:
        child_type = registry().type(child.type)
        reference = getattr(child_type.model, child.reference)
        gone = select(child_type.model).where(
            reference == record.id, child_type.model.delete_batch_id == batch
        )
        for one in by.session.scalars(gone):
            _unmark(child_type, one, by)
    by.session.flush()  # What was deleted must be visible again to the hook.
    record_type.changed(record, "restore", by)


def fetch_deleted(record_type: RecordType, record_id: UUID, by: Actor) -> Record | None:
    """A deleted record, for bringing it back; the door checks the permission."""
    model = record_type.model
    return by.session.scalars(
        select(model).where(model.id == record_id, model.deleted_at.is_not(None))
    ).one_or_none()


def purge_deleted(record_type: RecordType, before: Any, by: Actor, limit: int = 1000) -> int:
    """Remove for good what was deleted before the moment `before`; answers with how many."""
    model = record_type.model
    ids = by.session.scalars(select(model.id).where(model.deleted_at < before).limit(limit)).all()
    if ids:
        by.session.execute(model.__table__.delete().where(model.id.in_(ids)))  # type: ignore[attr-defined]
    return len(ids)


def _children(
    record_type: RecordType, record: Record, by: Actor
) -> list[tuple[RecordType, Record]]:
    found: list[tuple[RecordType, Record]] = []
    for child in record_type.children:
        child_type = registry().type(child.type)
        reference = getattr(child_type.model, child.reference)
        alive = select(child_type.model).where(
            reference == record.id, child_type.model.deleted_at.is_(None)
        )
        found += [(child_type, one) for one in by.session.scalars(alive)]
    return found


def _mark(record_type: RecordType, record: Record, by: Actor, batch: UUID) -> None:
    record.deleted_at, record.deleted_by_id, record.delete_batch_id = by.now, by.user_id, batch
    record.version += 1
    _write(record_type, record, "deleted", by.in_batch(batch))


def _unmark(record_type: RecordType, record: Record, by: Actor) -> None:
    batch = record.delete_batch_id
    record.deleted_at = record.deleted_by_id = record.delete_batch_id = None
    record.version += 1
    _write(record_type, record, "restored", by if batch is None else by.in_batch(batch))


def _write(record_type: RecordType, record: Record, event: str, by: Actor) -> None:
    account_id = account_of(record_type, record)
    row = event_row(by, record_type.key, record.id, event, account_id=account_id)
    by.session.execute(insert(Event), [row])

