"""The one statement of a report: its rows, its groups, and every total by CUBE.

Rows are counted and added up by the finest groups first, which is most of the work; subtotals and
totals are made of those few by `GROUP BY CUBE`, so that all agree. A record with several values of
a field stands in each one's group: what the totals above them count is its first one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)

from app.records.access import permitted
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.parts.facts import rows_of
from app.records.query.target import target_of
from app.reports.engine.columns import HIDDEN, Shift, Source, amount_column, group_columns
from app.reports.engine.definition import (
    AVERAGE,
    DISTINCT,
    GREATEST,
    LEAST,
    RATE,
    SHARE,
    SUM,
)
from app.reports.engine.meaning import Dimension, Meaning, Measured

CAP = 10_000  # Rows of a result, totals among them.


@dataclass(frozen=True, slots=True)
class Asked:
    """What a statement is made of beside the report's meaning.

    `filters` are those of its time. Of an earlier time (`shift`), the groups that are named are
    those of the later one (`named`, by the number of the group).
    """

    filters: tuple[Node, ...]
    shift: Shift | None = None
    named: Mapping[int, Sequence[Any]] | None = None


def statement(meaning: Meaning, asked: Asked) -> Select[Any]:
    """SELECT the level, the groups (k0, o0, ...), their titles and order, and the numbers.

    `level` has a bit for each group that is summed over, the last group's the lowest; o0 is 1 for
    the others of a group of which only some are named. Totals come first, then the largest groups.
    """
    held = _held(meaning, asked)
    rows = _with_others(meaning, asked, held)
    sizes = range(len(meaning.dimensions))
    measures = [_total(meaning, number, rows) for number in range(len(meaning.measures))]
    numbers = [
        part.label(f"m{n}_{at}")
        for n, parts in enumerate(measures)
        for at, part in enumerate(parts)
    ]
    keys = [rows[f"k{n}"] for n in sizes]
    level = func.grouping(*keys, type_=Integer) if keys else literal(0)
    groups = [
        tuple_(rows[f"k{n}"], rows[f"o{n}"]) if one.is_limited else rows[f"k{n}"]
        for n, one in enumerate(meaning.dimensions)
    ]
    shown = [rows[name] for name in rows.keys() if name[0] in "ko"]  # noqa: SIM118
    size = _size(meaning, rows)
    cube = select(level.label("level"), *shown, size.label("size"), *numbers)
    if groups:
        above = [func.grouping(key, type_=Integer) for key in keys]
        summed = sum(above[1:], above[0])
        cube = cube.group_by(func.cube(*groups)).order_by(summed.desc(), size.desc().nulls_last())
    found = cube.limit(CAP + 1).subquery("found")
    return _titled(meaning, found)


def _held(meaning: Meaning, asked: Asked) -> Any:
    """The finest groups with what totals are made of, as a CTE."""
    record_type, by = meaning.record_type, meaning.firm
    source = Source(by, rows_of(record_type))
    columns: list[Any] = []
    places: list[ColumnElement[Any]] = []
    for number, one in enumerate(meaning.dimensions):
        key, place = group_columns(source, one, asked.shift)
        columns.append(key.label(f"k{number}"))
        places += [place] if place is not None else []
    for number, measured in enumerate(meaning.measures):
        column = amount_column(source, measured)
        if column is not None:
            columns.append(column.label(f"v{number}"))
        if measured.asked.what == RATE:
            columns += [
                _fits(meaning, nodes).label(f"{name}{number}")
                for name, nodes in (("p", measured.asked.part), ("w", measured.asked.whole))
            ]
    if places:
        columns.append(func.coalesce(places[0], 1).label("place"))
    held = [permitted(record_type, by), *where(record_type, asked.filters, by, meaning.keys)]
    rows = select(*(columns or [literal(1).label("one")])).select_from(source.table).where(*held)
    every = rows.subquery("row")
    row = every.c
    keys = [row[f"k{n}"] for n in range(len(meaning.dimensions))]
    keys += [row[f"v{n}"] for n, one in enumerate(meaning.measures) if one.asked.what == DISTINCT]
    added = _added(meaning, row, "", None)
    if places:
        added += _added(meaning, row, "f_", row.place == 1)
    # Named, as a mere count of all rows mentions none of their columns.
    return select(*keys, *added).select_from(every).group_by(*keys).cte("held")


def _fits(meaning: Meaning, nodes: tuple[Node, ...]) -> ColumnElement[bool]:
    found = where(meaning.record_type, nodes, meaning.firm, meaning.keys)
    return func.coalesce(and_(literal(True), *found), literal(False))


def _added(
    meaning: Meaning, row: Any, prefix: str, only: ColumnElement[bool] | None
) -> list[ColumnElement[Any]]:
    """What is added up of the rows of a finest group; of those `only`, where that is given."""

    def counted(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        held = [*conditions, *([] if only is None else [only])]
        return func.count().filter(*held) if held else func.count()

    def of(total: ColumnElement[Any]) -> ColumnElement[Any]:
        return total if only is None else total.filter(only)

    found: list[ColumnElement[Any]] = [counted().label(f"{prefix}n")]
    for number, measured in enumerate(meaning.measures):
        what = measured.asked.what
        if what == RATE:
            part, whole = row[f"p{number}"], row[f"w{number}"]
            found.append(counted(part, whole).label(f"{prefix}p{number}"))
            found.append(counted(whole).label(f"{prefix}w{number}"))
        elif measured.field is not None and what != DISTINCT:
            value = row[f"v{number}"]
            if what in (SUM, SHARE, AVERAGE):
                found.append(of(func.sum(value)).label(f"{prefix}s{number}"))
                found.append(of(func.count(value)).label(f"{prefix}c{number}"))
            elif not prefix:
                total = func.min(value) if what == LEAST else func.max(value)
                found.append(total.label(f"s{number}"))
    return found


def _with_others(meaning: Meaning, asked: Asked, held: Any) -> Any:
    """The finest groups, those that are not named marked as others."""
    limited = [(n, one) for n, one in enumerate(meaning.dimensions) if one.is_limited]
    if not limited:
        return held.c
    source: Any = held
    marked: dict[str, ColumnElement[Any]] = {}
    for number, one in limited:
        key = held.c[f"k{number}"]
        stays = [key.is_(None), *([key == literal(HIDDEN, key.type)] if one.field.to else [])]
        if asked.named is not None:
            known = literal(list(asked.named.get(number, ())), ARRAY(key.type))
            is_named = key == any_(known)
        else:
            top = _largest(meaning, number, one, held)
            source = source.outerjoin(top, top.c.key == key)
            is_named = top.c.key.is_not(None)
        stays.append(is_named)
        marked[f"k{number}"] = case((or_(*stays), key), else_=null())
        marked[f"o{number}"] = cast(case((or_(*stays), 0), else_=1), Integer)
    plain = [one for one in held.c if one.key not in marked]
    columns = [one.label(name) for name, one in marked.items()]
    return select(*plain, *columns).select_from(source).subquery("marked").c


def _largest(meaning: Meaning, number: int, one: Dimension, held: Any) -> Any:
    """The values of a group that are named: those with the most or least of the first measure."""
    key, size = held.c[f"k{number}"], _size(meaning, held.c)
    order = size.asc() if one.asked.sort == "least" else size.desc()
    found = select(key.label("key")).where(key.is_not(None))
    if one.field.to:
        found = found.where(key != literal(HIDDEN, key.type))
    found = found.group_by(key).order_by(order.nulls_last(), key).limit(one.asked.most)
    return found.subquery(f"top{number}")


def _size(meaning: Meaning, rows: Any) -> ColumnElement[Any]:
    """The first measure as one number to order groups by."""
    return _sized(meaning.measures[0], 0, rows)


def _sized(measured: Measured, number: int, rows: Any) -> ColumnElement[Any]:
    """A measure as one number; a share is ordered by what it is a share of."""
    what = measured.asked.what
    if what == RATE:
        return _ratio(rows[f"p{number}"] * 1.0, rows[f"w{number}"])
    if what == DISTINCT:
        return func.count(rows[f"v{number}"].distinct())
    if measured.field is None:
        return func.sum(rows.n)
    if what == AVERAGE:
        return _ratio(rows[f"s{number}"], rows[f"c{number}"])
    value = rows[f"s{number}"]
    found: ColumnElement[Any] = func.sum(value)
    if what in (LEAST, GREATEST):
        found = func.min(value) if what == LEAST else func.max(value)
    return found


def _ratio(part: Any, whole: Any) -> ColumnElement[Any]:
    found: ColumnElement[Any] = func.sum(part) / func.nullif(func.sum(whole), 0)
    return found


def _total(meaning: Meaning, number: int, rows: Any) -> tuple[ColumnElement[Any], ...]:
    """The parts of a measure of one group: of an average its sum and number, of a rate two counts.

    Where a group above several values is added up, each record is counted once.
    """
    measured = meaning.measures[number]
    what = measured.asked.what
    if what == DISTINCT or (measured.field is not None and what in (LEAST, GREATEST)):
        return (_sized(measured, number, rows),)
    if what == RATE:
        return tuple(_once(meaning, rows, f"{name}{number}") for name in "pw")
    if measured.field is None:
        return (_once(meaning, rows, "n"),)
    if what == AVERAGE:
        return tuple(_once(meaning, rows, f"{name}{number}") for name in "sc")
    return (_once(meaning, rows, f"s{number}"),)


def _once(meaning: Meaning, rows: Any, name: str) -> ColumnElement[Any]:
    """A sum over groups, in which a record with several values is counted once above them."""
    total = func.sum(rows[name])
    many = next((n for n, one in enumerate(meaning.dimensions) if one.is_many), None)
    if many is None:
        return total
    is_above = func.grouping(rows[f"k{many}"]) == 1
    return case((is_above, func.sum(rows[f"f_{name}"])), else_=total)


def _titled(meaning: Meaning, found: Any) -> Select[Any]:
    """The result with what references point to by name, and the order of those names."""
    source, columns = found, list(found.c)
    for number, one in enumerate(meaning.dimensions):
        if not one.field.to:
            continue
        target = target_of(one.field, meaning.firm, f"t{number}")
        row = target.row
        key = found.c[f"k{number}"]
        source = source.outerjoin(row, and_(row.id == key, target.may_open))
        columns += [target.title.label(f"t{number}"), target.key.label(f"y{number}")]
    return select(*columns).select_from(source)
