"""An import before it begins: its file read, what becomes of its columns proposed and kept."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.records.access import writable_keys
from app.records.custom.operations import MANAGE, define_field
from app.records.custom.wish import LABEL, Wish
from app.records.imports.givable import givable_keys
from app.records.imports.given import Readable, keep_file, room_of
from app.records.imports.guessing.guess import Guess, guess
from app.records.imports.keep import open_for_change
from app.records.imports.mapping import Column, Mapping, Mode, from_json
from app.records.imports.match import ID, match_keys
from app.records.imports.models import ImportRun, State
from app.records.imports.new_options import language_of_names
from app.records.imports.passing import remove_when_undone
from app.records.imports.reading import read_table
from app.records.imports.resolve import can_make
from app.records.imports.spots import spot_of
from app.records.imports.table import How, Table
from app.records.imports.waiting import require_room
from app.records.tailored import tailored
from app.records.types import RecordType

SAMPLE = 200  # Rows by which columns are guessed and shown.
LOOKED_AT = 50  # Imports among which one of the same columns is looked for.
MOST_OPTIONS = 50  # Of a field that is made of a column.
NEW = "new_fields"  # Kept beside how the file is read: kinds of fields to be made, by column.


def take_file(record_type: RecordType, file_name: str, stream: Readable, by: Actor) -> ImportRun:
    """Keep a file and propose what becomes of it; Refused, with nothing kept, when it is none.

    Refused too where too many files wait already. The bytes go with the transaction.
    """
    require_room(by)
    run = keep_file(record_type, file_name, stream, by)
    remove_when_undone(run.file, by)
    try:
        propose(run, record_type, read_table(room_of(by).path(run.file), run.file_name), by)
    except Answer:
        room_of(by).remove(run.file)
        raise
    return run


def propose(run: ImportRun, record_type: RecordType, table: Table, by: Actor) -> None:
    """Keep how the file is read and what becomes of it: as the last time, else as guessed."""
    guesses = guess(record_type, table.names, table.sample(SAMPLE), by)
    earlier = earlier_mapping(record_type, table.names, by)
    run.how = table.how.to_json()
    run.mapping = (earlier or proposed(record_type, guesses, by)).to_json()


def proposed(record_type: RecordType, guesses: Sequence[Guess], by: Actor) -> Mapping:
    """The mapping of guesses. Records that are referred to by name are made along if need be."""
    columns = tuple(_with_making(record_type, one.column, by) for one in guesses)
    keys = {one.field for one in columns}
    matched = [key for key in match_keys(record_type, by) if key in keys and key != ID]
    matched.sort(key=lambda key: _doubt(record_type, key))
    found = matched[0] if matched else None
    may = {verb: by.may(record_type.key, verb) for verb in ("create", "update")}
    mode: Mode = "create" if may["create"] else "update"
    group_by = _group_by(record_type, columns)
    return Mapping(mode=mode, match_on=found, columns=columns, duplicates="skip", group_by=group_by)


def _group_by(record_type: RecordType, columns: Sequence[Column]) -> str | None:
    """The column by which rows are one record: the one that numbers it, where lines stand beside.

    A file without lines has a row for each.
    """
    lined = record_type.lined
    if lined is None or not any((one.field or "").startswith(f"{lined.input}.") for one in columns):
        return None
    return next((one.source for one in columns if one.field == lined.key), None)


def _doubt(record_type: RecordType, key: str) -> tuple[bool, bool, bool]:
    """How far a field can be wrong about which record a row means; the least is the surest.

    A number that only one has comes before a name. Of people the surest is what they are reached
    by; colleagues share a telephone.
    """
    field, is_title = record_type.field(key), key == record_type.title.key
    is_person = record_type.is_person
    return (not field.is_unique or is_title, is_person and is_title, field.kind == "phone")


def _with_making(record_type: RecordType, column: Column, by: Actor) -> Column:
    spot = spot_of(record_type, column.field, by) if column.field else None
    makes = spot is not None and can_be_made(spot.field.to, by)
    return replace(column, create_missing=True) if makes else column


def can_be_made(to: str | None, by: Actor) -> bool:
    """True for records that can be made from their name alone, by whoever may make them."""
    if to is None or to == "user":
        return False
    return by.may(to, "create") and can_make(tailored(to, by))


def earlier_mapping(record_type: RecordType, names: Sequence[str], by: Actor) -> Mapping | None:
    """What the person chose the last time for a file of the very same columns, if they did."""
    runs = by.session.scalars(
        select(ImportRun)
        .where(
            ImportRun.record_type == record_type.key,
            ImportRun.user_id == by.person_id,
            ImportRun.is_dry_run.is_(False),
            ImportRun.state != State.GIVEN,
        )
        .order_by(ImportRun.created_at.desc())
        .limit(LOOKED_AT)
    )
    givable = givable_keys(record_type, by)
    for run in runs:
        try:
            found = from_json(run.mapping)
        except Refused:
            continue
        sources = [one.source for one in found.columns]
        if sources[: len(names)] == list(names) and not any(sources[len(names) :]):
            kept = tuple(_still(one, record_type, givable, by) for one in found.columns)
            return replace(found, columns=kept)
    return None


def _still(column: Column, record_type: RecordType, givable: frozenset[str], by: Actor) -> Column:
    """A column as it was, left out where its field is gone or not theirs any more."""
    if column.field is None or column.field == ID or column.field in givable:
        return column
    spot = spot_of(record_type, column.field, by)
    if spot is None or spot.target is None or spot.field.readonly:
        return Column(source=column.source)
    # It is of what the row refers to, where that is made along.
    is_theirs = spot.field.key in writable_keys(spot.target, by)
    return column if is_theirs else Column(source=column.source)


def read_again(run: ImportRun, record_type: RecordType, how: How, by: Actor) -> None:
    """Read the file in another way, and propose anew what becomes of it."""
    open_for_change(run, by)
    table = read_table(room_of(by).path(run.file), run.file_name, how)
    propose(run, record_type, table, by)


def keep_mapping(run: ImportRun, mapping: Mapping, new: Map[str, str], by: Actor) -> None:
    """Keep what was chosen so far."""
    open_for_change(run, by)
    run.mapping = mapping.to_json()
    run.how = {**run.how, NEW: dict(new)}


def new_fields(run: ImportRun) -> dict[str, str]:
    """The kinds of fields that shall be made, by the column that they are made of."""
    kept: Any = run.how.get(NEW, {})
    return dict(kept)


def may_make_fields(by: Actor) -> bool:
    """True for who may add fields to a type."""
    return by.may(*MANAGE)


def make_fields(
    run: ImportRun, mapping: Mapping, new: Map[str, str], table: Table, by: Actor
) -> Mapping:
    """Make the fields that were asked for; answers with the mapping that uses them.

    Refused with a message by column (`columns.<number>.field`) where one can't be made.
    """
    open_for_change(run, by)
    record_type = tailored(run.record_type, by)
    columns = list(mapping.columns)
    sample = table.sample(SAMPLE)
    places = {name: at for at, name in enumerate(table.names)}
    for number, column in enumerate(columns):
        kind = new.get(column.source)
        if kind is None or column.field is not None:
            continue
        texts = [row[places[column.source]].strip() for row in sample]
        try:
            made = define_field(by, record_type, kind, _wish(column.source, kind, texts))
        except Refused as refused:
            text = next(iter(refused.errors.values()), refused.message)
            raise Refused(refused.message, errors={f"columns.{number}.field": text}) from None
        values = {one["label"][language_of_names()]: one["value"] for one in made.options}
        columns[number] = replace(column, field=made.key, values={**column.values, **values})
    return replace(mapping, columns=tuple(columns))


def _wish(name: str, kind: str, texts: Sequence[str]) -> Wish:
    options: tuple[Map[str, Any], ...] = ()
    if kind in ("choice", "choices"):
        different = [one for one in dict.fromkeys(texts) if one][:MOST_OPTIONS]
        options = tuple({"label": {language_of_names(): one[:LABEL]}} for one in different)
    return Wish(label={language_of_names(): name[:LABEL]}, options=options)
