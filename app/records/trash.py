"""Deleting and bringing back: rows are marked in a batch with their children, for 30 days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, make_transient

from app.events import event_row, write_event
from app.events.copy import copy_events
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, ngettext
from app.kernel.rows import update_rows
from app.records.access import may_do, within_reach
from app.records.belongings import drop_belongings
from app.records.duplicates.keep import add_keys, all_keys, drop_keys
from app.records.history import account_of
from app.records.merge.absorbed import not_merged
from app.records.model import Record
from app.records.pool.caps import keep_within_cap
from app.records.registry import registry
from app.records.types import RecordType
from app.records.usage import give_back_records, take_records
from app.web.formats import formats

Found = list[tuple[RecordType, Record]]


def delete_records(record_type: RecordType, records: Sequence[Record], by: Actor) -> UUID:
    """Mark records and all below them as deleted, with an event each; answers with the batch.

    NotPermitted when `by` may not delete one of those below: a deletion takes nobody's work along
    that it could not delete by itself.
    """
    batch = by.batch_id or new_id()
    gone: Found = []
    for record in records:
        with_it = below(record_type, record, by, None)
        _refuse_barred(record_type, record, with_it, by)
        gone += [(record_type, record), *with_it]
    gone = [(its_type, one) for its_type, one in gone if one.deleted_at is None]
    for its_type, one in gone:
        one.deleted_at, one.deleted_by_id, one.delete_batch_id = by.now, by.user_id, batch
        one.version += 1
        _write(its_type, one, "deleted", by.in_batch(batch))
    by.session.flush()  # The version is compared here, before hooks look at what is left.
    give_back_records(by, len(gone))
    for its_type, its in _by_type(gone):
        drop_keys(its_type, [one.id for one in its], by)
    for its_type, one in gone:
        its_type.changed(one, "delete", by)
    return batch


def delete_lone(record_type: RecordType, records: Sequence[Record], by: Actor) -> None:
    """Mark many records as deleted in few statements, which nothing that lives stands below.

    The caller has looked at that and holds the rows; they are taken out of the session.
    """
    batch = by.batch_id or new_id()
    rows = []
    for one in records:
        make_transient(one)
        one.deleted_at, one.deleted_by_id, one.delete_batch_id = by.now, by.user_id, batch
        one.version += 1
        keys = ("id", "version", "deleted_at", "deleted_by_id", "delete_batch_id")
        rows.append({key: getattr(one, key) for key in keys})
    update_rows(by.session, record_type.model, rows)
    give_back_records(by, len(rows))
    who = by.in_batch(batch)
    copy_events(
        by.session,
        [
            event_row(
                who, record_type.key, one.id, "deleted", account_id=account_of(record_type, one)
            )
            for one in records
        ],
    )
    drop_keys(record_type, [one.id for one in records], by)
    record_type.changed_all(records, "delete", by)


def restore_records(record_type: RecordType, record: Record, by: Actor) -> None:
    """Bring back a record and all that was deleted with it.

    Refused while the record that it belongs to is deleted: it would come back to nowhere; and where
    its owner has as many by now as they may. OverLimit where the plan does not hold them any more.
    """
    if record.deleted_at is None or record.delete_batch_id is None:
        raise Refused(_("This record is not deleted."))
    _refuse_without_parent(record_type, record, by)
    batch = record.delete_batch_id
    back = [(record_type, record), *below(record_type, record, by, batch)]
    take_records(by, len(back))
    for its_type, one in back:
        one.deleted_at = one.deleted_by_id = one.delete_batch_id = None
        one.version += 1
        _write(its_type, one, "restored", by.in_batch(batch))
    by.session.flush()  # What was deleted must be visible again to the hook.
    for its_type, its in _by_type(back):
        keep_within_cap(its_type, its, by)
        add_keys(its_type, all_keys(its_type, its), by)
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
            *not_merged(record_type, model, by),
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
        drop_belongings(record_type.key, ids, by)
    return len(ids)


def below(record_type: RecordType, record: Record, by: Actor, batch: UUID | None) -> Found:
    """All below a record, each once: the living ones, or those that went in `batch`.

    A statement for each kind of child and level, however many rows there are.
    """
    found: Found = []
    met = {record.id}
    level: dict[str, list[UUID]] = {record_type.key: [record.id]}
    while level:
        next_level: dict[str, list[UUID]] = {}
        for key, ids in level.items():
            for child in registry().type(key).children:
                child_type = registry().type(child.type)
                model = child_type.model
                statement = select(model).where(
                    getattr(model, child.reference).in_(ids),
                    model.delete_batch_id.is_not_distinct_from(batch),
                )
                for one in by.session.scalars(statement):
                    if one.id not in met:
                        met.add(one.id)
                        found.append((child_type, one))
                        next_level.setdefault(child.type, []).append(one.id)
        level = next_level
    return found


def _by_type(found: Found) -> Iterator[tuple[RecordType, list[Record]]]:
    """Records in one list for each type."""
    types = {one.key: one for one, _record in found}
    for key, record_type in types.items():
        yield record_type, [record for its_type, record in found if its_type.key == key]


def _refuse_barred(record_type: RecordType, record: Record, with_it: Found, by: Actor) -> None:
    """NotPermitted, telling how many of what, when `by` may not delete one of `with_it`."""
    barred = Counter(
        its_type.key for its_type, one in with_it if not may_do(its_type, one, "delete", by)
    )
    if not barred:
        return
    write = formats(by)
    counts = [
        ngettext(*registry().type(key).words.count, number, n=write.number(number))
        for key, number in barred.items()
    ]
    raise NotPermitted(
        _(
            "Below “%(name)s” stand records that your role may not delete: %(what)s. Ask their "
            "owners or an administrator to delete or move them first.",
            name=record_type.title_of(record),
            what=write.listed(counts),
        )
    )


def _refuse_without_parent(record_type: RecordType, record: Record, by: Actor) -> None:
    """Refused when what the record stands below is deleted; named to those who could read it."""
    for parent in registry():
        for child in parent.children:
            parent_id = getattr(record, child.reference) if child.type == record_type.key else None
            found = by.session.get(parent.model, parent_id) if parent_id else None
            if found is None or found.deleted_at is None:
                continue
            readable = select(parent.model.id).where(
                parent.model.id == found.id, within_reach(parent, by, "read")
            )
            if by.session.scalar(readable) is None:
                raise Refused(
                    _("What it belongs to is deleted. Ask for that to be restored first.")
                )
            raise Refused(
                _(
                    "It belongs to “%(name)s”, which is deleted too. Restore that first.",
                    name=parent.title_of(found),
                )
            )


def _write(record_type: RecordType, record: Record, event: str, by: Actor) -> None:
    account_id = account_of(record_type, record)
    write_event(by, record_type.key, record.id, event, account_id=account_id)
