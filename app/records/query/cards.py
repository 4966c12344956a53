"""A board's cards: the first ones of every column, in one statement; and how many each holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy import column as named
from sqlalchemy.engine import Row

from app.events import Event
from app.kernel.actor import Actor
from app.records.fields import Field
from app.records.query.amounts import amount
from app.records.query.asked import Query
from app.records.query.columns import columns, read_reaches, readers
from app.records.query.cursor import read_cursor, write_cursor
from app.records.query.narrowing import conditions
from app.records.query.order import default_sort, sort_key
from app.records.query.totals import COUNT_CAP
from app.records.types import RecordType

Value = str | None  # Of a choice; None stands for records without one.
SINCE = "in_column_since"


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of one column; `next` leads to those behind them."""

    rows: Sequence[Row[Any]]
    next: str | None


NO_CARDS = Cards((), None)


@dataclass(frozen=True, slots=True)
class Held:
    """How many records a column holds, up to COUNT_CAP + 1, and the sums of amounts asked for.

    The sums are None where the count stopped at the cap, as they would tell too little.
    """

    count: int
    sums: tuple[Decimal | None, ...]


def cards(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    keys: Sequence[str],
    field: Field,
    wanted: Sequence[Value],
    *,
    only: UUID | None = None,
) -> dict[Value, Cards]:
    """The first `asked.limit` rows of each value of `field` in `wanted`, as `page` has rows.

    Where the type tells of it, a row says as `in_column_since` when its value was last changed, or
    None where no event is kept of that. A cursor is one of the only value wanted; `only` asks for a
    single record.
    """
    sort = _sort(record_type, asked.sort, by)
    key, is_descending = sort_key(record_type, sort, by)
    if not wanted:  # Only now, as an order of no meaning is refused in any case.
        return {}
    at = read_cursor(asked.cursor, sort, key.type) if asked.cursor else None
    shown = _shown(wanted)
    found = columns(record_type, tuple(keys), read_reaches(by)).add_columns(key.label("sort_key"))
    found = found.where(*conditions(record_type, asked, by), _in_column(field, shown, wanted))
    if only is not None:
        found = found.where(record_type.model.id == only)
    if at is not None:
        pair = tuple_(key, record_type.model.id)
        bound = tuple_(literal(at.value, key.type), literal(at.record_id))
        found = found.where(pair < bound if is_descending else pair > bound)
    order = (key, record_type.model.id)
    found = found.order_by(*(one.desc() if is_descending else one for one in order))
    card = found.limit(asked.limit + 1).lateral("card")
    statement = select(shown.c.place, *card.c).select_from(shown.join(card, true()))
    if tells_days(record_type, field) and not keeps_since(record_type, field):
        statement = statement.add_columns(_since(record_type, card.c.id, field.key).label(SINCE))
    places = (card.c.sort_key, card.c.id)
    turned = [one.desc() if is_descending else one for one in places]
    rows = by.session.execute(statement.order_by(shown.c.place, *turned), readers(by))
    of_value: dict[Value, list[Any]] = {value: [] for value in wanted}
    for row in rows:
        of_value[wanted[row.place - 1]].append(row)
    return {value: _cut(found, asked.limit, sort) for value, found in of_value.items()}


def count_cards(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    field: Field,
    wanted: Sequence[Value],
    sums: Sequence[Field] = (),
) -> dict[Value, Held]:
    """What each value of `field` in `wanted` holds, counted up to the cap, in one statement."""
    shown = _shown(wanted)
    amounts = [amount(one).label(f"amount_{number}") for number, one in enumerate(sums)]
    rows = select(literal(1).label("one"), *amounts).select_from(record_type.model)
    rows = rows.where(*conditions(record_type, asked, by), _in_column(field, shown, wanted))
    held = rows.limit(COUNT_CAP + 1).lateral("held")
    added = [func.sum(held.c[one.name]) for one in amounts]
    statement = (
        select(shown.c.place, func.count(held.c.one), *added)
        .select_from(shown.join(held, true()))
        .group_by(shown.c.place)
    )
    found = {value: Held(0, tuple(None for _one in sums)) for value in wanted}
    for place, count, *totals in by.session.execute(statement):
        is_whole = count <= COUNT_CAP
        found[wanted[place - 1]] = Held(count, tuple(one if is_whole else None for one in totals))
    return found


def tells_days(record_type: RecordType, field: Field) -> bool:
    """True when a board by this field tells how long its cards have been in their columns."""
    board = record_type.board
    is_usual = bool(board.columns) and board.columns[0].key == field.key
    return board.tells_days or not is_usual


def keeps_since(record_type: RecordType, field: Field) -> bool:
    """True when records keep since when they have the value of this field."""
    board = record_type.board
    return board.since is not None and board.columns[0].key == field.key


def _sort(record_type: RecordType, sort: str, by: Actor) -> str:
    """The order within a column: the list's, unless a list walks from value to value by it."""
    field = record_type.by_key.get(sort.removeprefix("-"))
    if not sort or (field is not None and field.is_walked):
        return default_sort(record_type, by)
    return sort


def _shown(wanted: Sequence[Value]) -> Any:
    """The values of the columns, numbered from 1, as rows that a statement joins.

    As one parameter, so that the statement is put together once for all of them.
    """
    given = literal(list(wanted), ARRAY(String))
    rows = func.unnest(given).table_valued(
        named("value", String), with_ordinality="place", name="shown"
    )
    return rows.render_derived()


def _in_column(field: Field, shown: Any, wanted: Sequence[Value]) -> ColumnElement[bool]:
    """Rows whose value is that of the column; those without one stand in the column of None."""
    same: ColumnElement[bool] = field.expression == shown.c.value
    if None not in wanted:  # Which keeps the condition one that an index answers.
        return same
    return or_(same, and_(shown.c.value.is_(None), field.expression.is_(None)))


def _since(record_type: RecordType, record_id: Any, key: str) -> Any:
    """When a field of a record was last given its value, as its events tell."""
    return (
        select(Event.at)
        .where(
            Event.record_type == record_type.key,
            Event.record_id == record_id,
            Event.changes.has_key(key),
        )
        .order_by(Event.at.desc())
        .limit(1)
        .scalar_subquery()
    )


def _cut(rows: list[Row[Any]], limit: int, sort: str) -> Cards:
    more = len(rows) > limit
    rows = rows[:limit]
    return Cards(rows, write_cursor(sort, True, rows[-1]) if more else None)
