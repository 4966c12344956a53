"""Keeping the keys of records: every way by which a row comes, changes or goes leads here.

Which keys several records have is noted along with them (`SharedKey`), so that the page of all
suspects of a type need not look through the keys of a million. Of two transactions that give one
key to two records at the same moment, neither sees the other's: who meets another at work on a key
notes it without looking. What a bulk of rows may miss so is found by `note_shared`, once a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.events.copy import Batch, batch_by_column, copy_rows
from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.duplicates.keys import keys_of
from app.records.duplicates.models import DuplicateKey, NotDuplicate, SharedKey
from app.records.model import Record
from app.records.types import RecordType

Keys = Mapping[UUID, Collection[int]]
Held = tuple[UUID, int]  # A record and one of its keys.
DENIALS = "not_duplicates"  # Drawn when something is first denied: until then nothing is asked.

# One statement: the rows, and which of their keys another record has as well. A lock that somebody
# else holds is no reason to wait: they are giving the same key at this moment, so it is shared.
_ADD = text(
    """
    WITH added AS (
        INSERT INTO duplicate_keys (record_type, record_id, key)
        SELECT :kind, one.record_id, one.key
        FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS bigint[])) AS one (record_id, key)
        ON CONFLICT DO NOTHING
        RETURNING key
    ), met AS (
        SELECT key FROM added
        UNION ALL
        SELECT stood.key
        FROM (SELECT DISTINCT key FROM added) AS mine
        JOIN duplicate_keys AS stood ON stood.record_type = :kind AND stood.key = mine.key
    )
    INSERT INTO shared_keys (record_type, key)
    SELECT :kind, key FROM met GROUP BY key
    HAVING count(*) > 1 OR (:alone AND NOT pg_try_advisory_xact_lock(hashtextextended(
        current_schema() || :kind, key)))
    ORDER BY key
    ON CONFLICT DO NOTHING
    """
)
# Keys of new records, which a COPY brought: those that several records have by now.
_MET = text(
    """
    INSERT INTO shared_keys (record_type, key)
    SELECT :kind, mine.key FROM unnest(CAST(:keys AS bigint[])) AS mine (key)
    WHERE 2 <= (
        SELECT count(*) FROM (
            SELECT 1 FROM duplicate_keys AS stood
            WHERE stood.record_type = :kind AND stood.key = mine.key LIMIT 2
        ) AS both_of
    )
    ORDER BY key
    ON CONFLICT DO NOTHING
    """
)
# One statement as well; within it the rows that go are still seen.
_REMOVE = text(
    """
    WITH gone AS (
        DELETE FROM duplicate_keys AS stood
        USING unnest(:ids, :keys) AS one (record_id, key)
        WHERE stood.record_type = :kind
            AND stood.record_id = one.record_id AND stood.key = one.key
        RETURNING stood.record_id, stood.key
    )
    DELETE FROM shared_keys AS shared
    USING (SELECT DISTINCT key FROM gone) AS mine
    WHERE shared.record_type = :kind AND shared.key = mine.key AND 2 > (
        SELECT count(*) FROM (
            SELECT 1 FROM duplicate_keys AS left_over
            WHERE left_over.record_type = :kind AND left_over.key = mine.key
                AND NOT EXISTS (
                    SELECT 1 FROM gone
                    WHERE gone.record_id = left_over.record_id AND gone.key = left_over.key
                )
            LIMIT 2
        ) AS others
    )
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("keys", type_=ARRAY(BigInteger)),
)
_NOTE = text(
    """
    INSERT INTO shared_keys (record_type, key)
    SELECT record_type, key FROM duplicate_keys WHERE record_type = :kind
    GROUP BY record_type, key HAVING count(*) > 1
    ON CONFLICT DO NOTHING
    """
)


def add_keys(record_type: RecordType, keys: Keys, by: Actor) -> None:
    """Write the keys of records that had none (see `all_keys`), whose rows stand by now."""
    if record_type.signs:
        _add(record_type, keys, by)


def keys_batch(record_type: RecordType, keys: Keys) -> Batch:
    """The keys of many new records for COPY; `note_met` has to follow."""
    # Side by side in both indexes: in the order of the keys, which are spread all over one of them.
    rows = sorted([(key, record_id) for record_id, its in keys.items() for key in its])
    columns: dict[str, list[Any]] = {
        "record_type": [record_type.key] * len(rows),
        "record_id": [record_id for _key, record_id in rows],
        "key": [key for key, _record_id in rows],
    }
    return batch_by_column("duplicate_keys", columns, len(rows))


def note_met(record_type: RecordType, keys: Keys, by: Actor) -> None:
    """Note which keys of many new records others have as well, or several of them."""
    given = sorted({key for its in keys.values() for key in its})
    if given:
        spelled = f"{{{','.join(map(str, given))}}}"
        by.session.execute(_MET, {"kind": record_type.key, "keys": spelled})


def all_keys(record_type: RecordType, records: Iterable[Record]) -> Keys:
    """The keys of records as they stand, by their id."""
    if not record_type.signs:
        return {}
    return {one.id: keys_of_record(record_type, one) for one in records}


def keep_keys(record_type: RecordType, ids: Collection[UUID], by: Actor) -> None:
    """Write the keys of living records anew where they are not what they should be.

    What was said of two records that share a key holds only as long as both have it.
    """
    if not record_type.signs or not ids:
        return
    model = record_type.model
    sought = dict.fromkeys(_sought(record_type))
    rows = by.session.execute(
        select(model.id, *(getattr(model, key) for key in sought)).where(
            model.id.in_(ids), model.deleted_at.is_(None)
        )
    )
    wanted = {row.id: keys_of(record_type, row._asdict()) for row in rows}
    held: dict[UUID, set[int]] = {}
    for record_id, key in _held(record_type, ids, by):
        held.setdefault(record_id, set()).add(key)
    gone = [
        (record_id, key)
        for record_id, keys in held.items()
        for key in keys.difference(wanted.get(record_id, ()))
    ]
    if gone:
        _remove(record_type, gone, by)
        _forget_denials(record_type, gone, by)
    new = {
        one: [key for key in keys if key not in held.get(one, ())] for one, keys in wanted.items()
    }
    _add(record_type, new, by)


def change_keys(
    record_type: RecordType, record: Record, before: Mapping[str, Any], by: Actor
) -> None:
    """Write the keys of one record that was changed; `before` are its fields as they were.

    As `keep_keys`, without looking at what is written.
    """
    old, new = set(keys_of(record_type, before)), set(keys_of_record(record_type, record))
    gone = old - new
    if gone:
        mine = [(record.id, key) for key in gone]
        _remove(record_type, mine, by)
        _forget_denials(record_type, mine, by)
    _add(record_type, {record.id: new - old}, by)


def drop_keys(record_type: RecordType, ids: Collection[UUID], by: Actor) -> None:
    """Remove the keys of records that no longer live; they come back with `add_keys`."""
    if record_type.signs and ids:
        _remove(record_type, _held(record_type, ids, by), by)


def copy_keys(record_type: RecordType, records: Iterable[Record], by: Actor) -> None:
    """Write the keys of very many new records by COPY; `note_shared` has to follow."""
    if not record_type.signs:
        return
    rows = (
        {"record_type": record_type.key, "record_id": one.id, "key": key}
        for one in records
        for key in keys_of_record(record_type, one)
    )
    copy_rows(by.session, "duplicate_keys", ("record_type", "record_id", "key"), rows)


def note_shared(record_type: RecordType, by: Actor) -> None:
    """Note every key that several records have, and forget those that only one has by now."""
    if not record_type.signs:
        return
    by.session.execute(_NOTE, {"kind": record_type.key})
    by.session.execute(
        delete(SharedKey).where(SharedKey.record_type == record_type.key, _is_single())
    )


def forget_denials_of(kind: str, ids: Collection[UUID], by: Actor) -> None:
    """Forget what was said of records that are removed for good."""
    named = or_(NotDuplicate.one_id.in_(ids), NotDuplicate.other_id.in_(ids))
    by.session.execute(delete(NotDuplicate).where(NotDuplicate.record_type == kind, named))


def keys_of_record(record_type: RecordType, record: Record) -> tuple[int, ...]:
    """The keys of a record as it stands."""
    held = record.__dict__
    return keys_of(
        record_type,
        {
            key: held[key] if key in held else getattr(record, key)
            for key in record_type.told_apart_by
        },
    )


def tells_sign(record_type: RecordType, changed: Collection[str]) -> bool:
    """True when one of these fields is among those by which records are known again."""
    return any(key in changed for key in _sought(record_type))


def _sought(record_type: RecordType) -> Iterator[str]:
    return iter(record_type.told_apart_by)


def _add(record_type: RecordType, keys: Keys, by: Actor) -> None:
    # In one order, so that two who give the same keys never wait for each other.
    rows = sorted([(key, record_id.hex) for record_id, its in keys.items() for key in its])
    if not rows:
        return
    given = {
        "kind": record_type.key,
        "ids": f"{{{','.join([record_id for _key, record_id in rows])}}}",
        "keys": f"{{{','.join([str(key) for key, _record_id in rows])}}}",
        "alone": by.batch_id is None,  # Locks of thousands of keys would not fit into memory.
    }
    by.session.execute(_ADD, given)


def _held(record_type: RecordType, ids: Collection[UUID], by: Actor) -> list[Held]:
    """The keys that are written of some records."""
    rows = by.session.execute(
        select(DuplicateKey.record_id, DuplicateKey.key).where(
            DuplicateKey.record_type == record_type.key, DuplicateKey.record_id.in_(ids)
        )
    )
    return [(record_id, key) for record_id, key in rows]


def _remove(record_type: RecordType, gone: Collection[Held], by: Actor) -> None:
    """Remove keys, and the notes of those that only one record has from now on."""
    if gone:
        given = {
            "kind": record_type.key,
            "ids": [record_id for record_id, _key in gone],
            "keys": [key for _record_id, key in gone],
        }
        by.session.execute(_REMOVE, given)


def _is_single() -> Any:
    """The notes of keys that fewer than two records have."""
    stand = (
        select(DuplicateKey.record_id)
        .where(DuplicateKey.record_type == SharedKey.record_type, DuplicateKey.key == SharedKey.key)
        .limit(2)
        .correlate(SharedKey)
        .subquery()
    )
    return select(func.count()).select_from(stand).scalar_subquery() < 2


def _forget_denials(record_type: RecordType, gone: list[Held], by: Actor) -> None:
    if stamps.stamp(by.session, DENIALS) is None:
        return
    for column in (NotDuplicate.one_id, NotDuplicate.other_id):
        by.session.execute(
            delete(NotDuplicate)
            .where(
                NotDuplicate.record_type == record_type.key,
                tuple_(column, NotDuplicate.key).in_(gone),
            )
            .execution_options(synchronize_session=False)
        )
