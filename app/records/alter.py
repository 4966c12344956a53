"""Changing many records that stand, each in its own way, by the same rules as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect

from app.events import event_row
from app.events.copy import copy_events
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.rows import update_rows
from app.records.access import writable_keys
from app.records.build import Inputs, Values, checked, prepared, put_values, read_or_answer
from app.records.duplicates.keep import keep_keys, tells_sign
from app.records.history import account_of
from app.records.model import Record
from app.records.pool.caps import keep_within_cap
from app.records.types import RecordType
from app.records.values import as_json


@dataclass(frozen=True, slots=True)
class Altered:
    """A record with its new values, not yet written, and what changed of it."""

    record: Record
    changes: dict[str, Any]


def alter_many(
    record_type: RecordType,
    pairs: Sequence[tuple[Record, Inputs]],
    by: Actor,
    picklists: Mapping[str, Any],
) -> list[Altered | Answer | None]:
    """Give each record its inputs; None where it has these values, an answer where it can't be.

    The caller holds the rows, and has taken the records out of the session: what is refused must
    not be written. None is there twice.
    """
    writable = writable_keys(record_type, by)
    read: list[tuple[Any, Values | Answer]] = []
    for record, inputs in pairs:
        values = read_or_answer(record_type, inputs, by, picklists, writable, record)
        if not isinstance(values, Answer):
            values = differing(record_type, record, values)
        read.append((record.id, values))
    found = checked(record_type, read, by)
    before = [told_values(record_type, record) for record, _inputs in pairs]
    for (record, _inputs), values in zip(pairs, found, strict=True):
        if values and not isinstance(values, Answer):
            put_values(record_type, record, values)
            record.updated_at, record.updated_by_id = by.now, by.user_id
            record.version += 1
    fresh = [values and not isinstance(values, Answer) for values in found]
    record_type.gather([one[0] for one, is_new in zip(pairs, fresh, strict=True) if is_new], by)
    return [
        _altered(record_type, record, values, held, by)
        for (record, _inputs), values, held in zip(pairs, found, before, strict=True)
    ]


def _altered(
    record_type: RecordType, record: Record, values: Values | Answer, held: Values, by: Actor
) -> Altered | Answer | None:
    if isinstance(values, Answer):
        return values
    if not values:
        return None
    ready = prepared(record_type, record, by)
    if isinstance(ready, Answer):
        return ready
    return Altered(record, changes_between(held, told_values(record_type, record)))


def write_altered(record_type: RecordType, altered: Sequence[Altered], by: Actor) -> None:
    """Write what was altered in one statement, with an event each, and keep others in step."""
    if not altered:
        return
    records = [one.record for one in altered]
    keys = {key for one in records for key in inspect(one).committed_state}
    columns = sorted(keys & set(record_type.model.__mapper__.column_attrs.keys()))
    update_rows(
        by.session,
        record_type.model,
        [{"id": one.id, **{key: getattr(one, key) for key in columns}} for one in records],
    )
    given = [one.record for one in altered if "owner_id" in one.changes]
    keep_within_cap(record_type, given, by)
    told = [one.record.id for one in altered if tells_sign(record_type, one.changes)]
    keep_keys(record_type, told, by)
    copy_events(
        by.session,
        [
            event_row(
                by,
                record_type.key,
                one.record.id,
                "updated",
                account_id=account_of(record_type, one.record),
                changes=one.changes,
            )
            for one in altered
        ],
    )
    record_type.changed_all(records, "update", by)


def differing(record_type: RecordType, record: Record, values: Values) -> Values:
    """Those of the values that are others than the record's."""
    return {
        key: value
        for key, value in values.items()
        if record_type.by_key[key].value(record) != value
    }


def told_values(record_type: RecordType, record: Record) -> Values:
    """What an event can tell of a record as it is now."""
    return {key: field.value(record) for key, field in record_type.told}


def changes_between(before: Values, after: Values) -> dict[str, Any]:
    """What an event tells of a change: [old, new] of each field that has another value."""
    return {
        key: [as_json(value), as_json(after[key])]
        for key, value in before.items()
        if value != after[key]
    }
