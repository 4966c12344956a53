"""Deleting and bringing back: rows are marked in a batch with their children, for 30 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.access import within_reach
from app.records.history import account_of
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType


def delete_records(record_type: RecordType, records: Sequence[Record], by: Actor) -> UUID:
    """Mark records and their children as deleted, with an event each; answers with the batch."""
    batch = by.batch_id or new_id()
    gone: list[tuple[RecordType, Record]] = []
    for record in records:
        gone += _mark(record_type, record, by, batch)
    by.session.flush()  # The version is compared here, before hooks look at what is left.
    for its_type, one in gone:
        its_type.changed(one, "delete", by)
    return batch


def restore_records(record_type: RecordType, record: Record, by: Actor) -> None:
    """Bring back a record and all that was deleted with it."""
    if record.deleted_at is None or record.delete_batch_id is None:
        raise Refused(_("This record is not deleted."))
    back = _unmark(record_type, record, by, record.delete_batch_id)
    by.session.flush()  # What was deleted must be visible again to the hook.
    for its_type, one in back:
        its_type.changed(one, "restore", by)


def fetch_deleted(record_type: RecordType, record_id: UUID | None, by: Actor) -> Record | None:
    """A deleted record that `by` could read before, for bringing it back through the door."""
    if record_id is None:
        return None
    model = record_type.model
    return by.session.scalars(
        select(model).where(
            model.id == record_id,
            model.deleted_at.is_not(None),
            within_reach(record_type, by, "read"),
        )
    ).one_or_none()


def purge_deleted(record_type: RecordType, before: Any, by: Actor, limit: int = 1000) -> int:
    """Remove for good what was deleted before the moment `before`; answers with how many.

    A row that another still refers to waits until that one is gone too.
    """
    model = record_type.model
    unneeded = [
        ~exists().where(getattr(aliased(other.model), field.key) == model.id)
        for other in registry()
        for field in other.fields
        if field.to == record_type.key
    ]
    ids = by.session.scalars(
        select(model.id).where(model.deleted_at < before, *unneeded).limit(limit)
    ).all()
    if ids:
        by.session.execute(model.__table__.delete().where(model.id.in_(ids)))  # type: ignore[attr-defined]
    return len(ids)


def _mark(
    record_type: RecordType, record: Record, by: Actor, batch: UUID
) -> list[tuple[RecordType, Record]]:
    """Mark a record and all below it; answers with what was marked."""
    if record.deleted_at is not None:
        return []  # Met below another record of the batch already.
    record.deleted_at, record.deleted_by_id, record.delete_batch_id = by.now, by.user_id, batch
    record.version += 1
    _write(record_type, record, "deleted", by.in_batch(batch))
    marked = [(record_type, record)]
    for child_type, child in _children(record_type, record, by, None):
        marked += _mark(child_type, child, by, batch)
    return marked


def _unmark(
    record_type: RecordType, record: Record, by: Actor, batch: UUID
) -> list[tuple[RecordType, Record]]:
    """Bring back a record and what went with it; answers with what came back."""
    if record.deleted_at is None:
        return []
    record.deleted_at = record.deleted_by_id = record.delete_batch_id = None
    record.version += 1
    _write(record_type, record, "restored", by.in_batch(batch))
    back = [(record_type, record)]
    for child_type, child in _children(record_type, record, by, batch):
        back += _unmark(child_type, child, by, batch)
    return back


def _children(
    record_type: RecordType, record: Record, by: Actor, batch: UUID | None
) -> Iterator[tuple[RecordType, Record]]:
    """The records right below one: the living ones, or those that went in `batch`."""
    for child in record_type.children:
        child_type = registry().type(child.type)
        reference = getattr(child_type.model, child.reference)
        found = select(child_type.model).where(
            reference == record.id, child_type.model.delete_batch_id.is_not_distinct_from(batch)
        )
        for one in by.session.scalars(found).all():
            yield child_type, one


def _write(record_type: RecordType, record: Record, event: str, by: Actor) -> None:
    account_id = account_of(record_type, record)
    write_event(by, record_type.key, record.id, event, account_id=account_id)
