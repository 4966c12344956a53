"""What names a merged record by type and id (followers, recents, links, runs) names the survivor.

Where a key of the table allows one such row only, and the survivor has it already, the row of the
merged record goes; the journal keeps it whole, so that an undo brings it back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    column,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.kernel.actor import Actor
from app.records.belongings import Mention, mentions
from app.records.merge.models import Merge, MergeMove
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Key:
    """Columns, beside the two that name the record, whose values no two of its rows may share."""

    columns: tuple[Column[Any], ...]
    holds: Any  # The rows that it is about; None: all of them.


def move_mentions(
    merge: Merge, record_type: RecordType, absorbed: Sequence[UUID], by: Actor
) -> None:
    """Let every row that names a merged record name the survivor."""
    for mention in mentions():
        if mention.of and mention.of != record_type.key:
            continue
        table = mention.model.__table__
        dropped = _drop_doubles(mention, merge.survivor_id, record_type, absorbed, by)
        for was in absorbed:
            moved = by.session.execute(
                update(table)
                .where(*_named(mention, record_type, [was]))
                .values({mention.id_column: merge.survivor_id})
                .returning(*_rest(mention))
            ).all()
            gone = dropped.get(was, [])
            if moved or gone:
                keys = [[str(part) for part in row] for row in moved]
                by.session.add(
                    MergeMove(
                        merge_id=merge.id,
                        place=_place(mention),
                        was_id=was,
                        moved=keys,
                        dropped=gone,
                    )
                )


def put_mentions_back(
    merge: Merge, record_type: RecordType, moves: Collection[MergeMove], by: Actor
) -> None:
    """Let what was moved name what it did before, as far as it still stands; the dropped return."""
    known = {_place(mention): mention for mention in mentions()}
    for move in moves:
        mention = known.get(move.place)
        if mention is None:
            continue
        table = mention.model.__table__
        rest = _rest(mention)
        keys = [
            tuple(_typed(col, part) for col, part in zip(rest, key, strict=True))
            for key in move.moved
        ]
        if keys:
            by.session.execute(
                update(table)
                .where(*_named(mention, record_type, [merge.survivor_id], narrow=False))
                .where(tuple_(*rest).in_(keys))
                .values({mention.id_column: move.was_id})
            )
        if move.dropped:
            _put_in(table, move.dropped, by)


def _place(mention: Mention) -> str:
    return f"{mention.model.__tablename__}/{mention.id_column}"


def _named(
    mention: Mention, record_type: RecordType, ids: Collection[UUID], *, narrow: bool = True
) -> list[Any]:
    """The rows that name these records."""
    table = mention.model.__table__
    found = [_of_type(mention, record_type), table.c[mention.id_column].in_(ids)]
    if narrow and mention.among is not None:
        found.append(table.c.id.in_(mention.among(record_type.key, ids)))
    return found


def _of_type(mention: Mention, record_type: RecordType) -> ColumnElement[bool]:
    """The rows that name records of a type."""
    if mention.of:
        return literal(mention.of == record_type.key)
    found: ColumnElement[bool] = mention.model.__table__.c[mention.type_column] == record_type.key
    return found


def _rest(mention: Mention) -> list[Column[Any]]:
    """The columns of the primary key beside the two that name the record."""
    named = (mention.type_column, mention.id_column)
    return [one for one in mention.model.__table__.primary_key if one.key not in named]


def _typed(col: Column[Any], part: str) -> Any:
    return UUID(part) if col.type.python_type is UUID else part


def _keys(mention: Mention) -> list[Key]:
    """The keys that hold the record's id: two rows could meet in one when they are moved."""
    table: Table = mention.model.__table__
    named = (mention.type_column, mention.id_column)
    found = []
    if mention.id_column in table.primary_key.columns:
        found.append(Key(tuple(_rest(mention)), None))
    for index in table.indexes:
        if index.unique and mention.id_column in index.columns:
            beside = tuple(one for one in index.columns if one.key not in named)
            found.append(Key(beside, index.dialect_options["postgresql"]["where"]))
    return found


def _drop_doubles(
    mention: Mention,
    survivor_id: UUID,
    record_type: RecordType,
    absorbed: Sequence[UUID],
    by: Actor,
) -> dict[UUID, list[Any]]:
    """Remove rows that would meet one of the survivor's; answers with them, by whom they named."""
    found: dict[UUID, list[Any]] = {}
    table = mention.model.__table__
    for key in _keys(mention):
        doubles = _doubles(mention, key, survivor_id, record_type, absorbed, by)
        if not doubles:
            continue
        own = [*_rest(mention), table.c[mention.id_column]]
        rows = by.session.execute(
            delete(table)
            .where(_of_type(mention, record_type), tuple_(*own).in_(doubles))
            .returning(
                table.c[mention.id_column], func.to_jsonb(column(table.name, is_literal=True))
            )
        )
        for was, whole in rows:
            found.setdefault(was, []).append(whole)
    return found


def _doubles(
    mention: Mention,
    key: Key,
    survivor_id: UUID,
    record_type: RecordType,
    absorbed: Sequence[UUID],
    by: Actor,
) -> list[tuple[Any, ...]]:
    """The rows, by primary key, whose place is taken by the survivor or by an earlier one."""
    table = mention.model.__table__
    rest = _rest(mention)
    rows = by.session.execute(
        select(table.c[mention.id_column], *rest, *key.columns)
        .where(*_named(mention, record_type, (survivor_id, *absorbed)))
        .where(text("true") if key.holds is None else key.holds)
    ).all()
    order = {one: number for number, one in enumerate((survivor_id, *absorbed))}
    taken: set[tuple[Any, ...]] = set()
    doubles = []
    for row in sorted(rows, key=lambda row: order[row[0]]):
        values = tuple(row[1 + len(rest) :])
        if values in taken and row[0] != survivor_id:
            doubles.append((*row[1 : 1 + len(rest)], row[0]))
        taken.add(values)
    return doubles


def _put_in(table: Table, rows: Iterable[Any], by: Actor) -> None:
    """Put whole rows in again; one whose place was taken meanwhile stays away."""
    names = [one.name for one in table.columns]
    of_table: ColumnElement[Any] = column(f"NULL::{table.name}", is_literal=True)
    listed = func.jsonb_populate_recordset(of_table, literal(list(rows), JSONB()))
    source = listed.table_valued(*(column(one.name, one.type) for one in table.columns))
    by.session.execute(insert(table).from_select(names, select(*source.c)).on_conflict_do_nothing())
