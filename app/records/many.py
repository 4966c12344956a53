"""The door for many rows: same permission, checks and keys, events written by one COPY."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from app.events import event_row, outbox
from app.events.copy import batch_by_column, events_batch, send, sending
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.ids import new_id
from app.records import gate
from app.records.assignment.soon import assign_soon
from app.records.build import build_many
from app.records.door import creation_changes, may_change, perform
from app.records.duplicates.keep import Keys, all_keys, keys_batch, note_met
from app.records.history import account_of
from app.records.model import Record
from app.records.numbers.give import give_numbers
from app.records.picklists import picklists_of
from app.records.pool.caps import keep_within_cap
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.usage import take_records

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
    `inputs` apply to each. All or nothing: the first answer against it ends the whole, and so does
    Held, which names the row.
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
    """Build and write in chunks; what a record's creation changes elsewhere follows each chunk."""
    picklists = picklists_of(by.session, record_type)
    rest, ids = iter(rows), list[UUID]()
    while chunk := list(islice(rest, CHUNK)):
        made: list[Record] = []
        for number, built in enumerate(build_many(record_type, chunk, by, picklists)):
            if isinstance(built, Answer):
                built.row = len(ids) + number
                raise built
            made.append(built)
        write_free(record_type, chunk, made, len(ids), by)
        ids += [one.id for one in made]
    return ids


def write_free(
    record_type: RecordType,
    chunk: Sequence[Mapping[str, Any]],
    made: Sequence[Record],
    earlier: int,
    by: Actor,
) -> None:
    """Write new records; Held where one of them is held back."""
    if not gate.watches(by):
        write_new(record_type, made, by)
        return
    with by.session.begin_nested():
        write_new(record_type, made, by)
        done = [gate.Done(one, gate.changes_of(record_type, one, None)) for one in made]
        found = gate.judge(record_type, "create", done, by)
        for number, one in enumerate(done):
            if one.record.id in found:
                verdict = found[one.record.id]
                held = gate.held_for(
                    gate.wish_of(record_type, "create", one, chunk[number], verdict)
                )
                held.row = earlier + number
                raise held


@dataclass(frozen=True, slots=True)
class Sent:
    """New records that were written with their events; what they mean for others is to follow."""

    records: Sequence[Record]
    keys: Keys
    events: Sequence[Mapping[str, Any]]


def write_new(
    record_type: RecordType, records: Sequence[Record], by: Actor, keys: Keys | None = None
) -> None:
    """Write built records by COPY, with an event each, and keep other rows in step.

    `keys` are those by which they are known for the same, where somebody made them already.
    """
    if records:
        settle_new(record_type, send_new(record_type, records, by, keys), by)


def send_new(
    record_type: RecordType, records: Sequence[Record], by: Actor, keys: Keys | None = None
) -> Sent:
    """The first half of `write_new`: rows that nobody else waits for."""
    take_records(by, len(records))
    give_numbers(record_type, records, by)
    columns = full_columns(record_type.model, records)
    rows = batch_by_column(record_type.model.__tablename__, columns, len(records))
    with sending(by.session, rows):
        keys = keys or all_keys(record_type, records)
        held = keys_batch(record_type, keys)
    with sending(by.session, held):
        # Most columns of a file's rows hold nothing at all.
        given = [
            key
            for key in record_type.told_columns
            if key not in columns or columns[key].count(None) < len(records)
        ]
        told = [_creation(record_type, one, by, given) for one in records]
        events = events_batch(told)
    send(by.session, events)
    return Sent(records, keys, told)


def settle_new(record_type: RecordType, sent: Sent, by: Actor) -> None:
    """The second half: what is held against others, shared with them and told to them."""
    keep_within_cap(record_type, sent.records, by)
    note_met(record_type, sent.keys, by)
    for row in sent.events:
        outbox.tell(by.session, row)
    record_type.changed_all(sent.records, "create", by)
    assign_soon(record_type, sent.records, by)


def _creation(
    record_type: RecordType, record: Record, by: Actor, columns: Collection[str]
) -> dict[str, Any]:
    """The event of a new record, which holds something in some of these columns."""
    return event_row(
        by,
        record_type.key,
        record.id,
        "created",
        account_id=account_of(record_type, record),
        changes=creation_changes(record_type, record, columns),
    )


@cache
def columns_of(model: type[Record]) -> tuple[tuple[str, Any], ...]:
    """The columns of a table, each with what makes its value where a record has none, or None."""
    found = []
    for attribute in model.__mapper__.column_attrs:
        default = attribute.columns[0].default
        found.append((attribute.key, default.arg if default is not None else None))
    return tuple(found)


def full_columns(model: type[Record], records: Iterable[Record]) -> dict[str, list[Any]]:
    """The columns of new records for COPY, which knows no defaults."""
    held = [one.__dict__ for one in records]
    columns = {}
    for key, default in columns_of(model):
        cells = [one.get(key) for one in held]
        if default is not None:
            cells = [_default(default) if cell is None else cell for cell in cells]
        columns[key] = cells
    return columns


def _default(default: Any) -> Any:
    return default(None) if callable(default) else default


def column_values(record: Record) -> dict[str, Any]:
    """The columns of a record as a mapping for INSERT or COPY; absent ones keep their default."""
    return {
        attribute.key: value
        for attribute in record.__mapper__.column_attrs
        if (value := getattr(record, attribute.key)) is not None
    }
