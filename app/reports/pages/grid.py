"""The numbers of a report as a table or a pivot: every cell a text that leads to its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.language import gettext
from app.records.filters import write_filters
from app.reports.engine.drill import rows_behind
from app.reports.engine.meaning import name_of
from app.reports.engine.numbers import UNKNOWN, is_amount, measure_label, number_text
from app.reports.engine.order import labels_of
from app.reports.engine.result import Member, Number, Place, Result
from app.reports.engine.timeline import along, has_steady_time, number_at, number_then
from app.web.formats import formats

MOST_ROWS = 1000  # Of a page; a file has them all.
MOST_COLUMNS = 60  # Of a pivot; what has more stands as a table.


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: its text, the list of its rows, and how it changed since the time before.

    `was` is what it was then, None where nothing is compared.
    """

    text: str
    url: str
    value: Number
    change: str = ""
    is_up: bool = False
    was: Number = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its names by the groups that it is of, and its numbers.

    `is_total` is true of subtotals and of the total.
    """

    heads: tuple[str, ...]
    cells: tuple[Cell, ...]
    is_total: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `heads` name the groups at its left, `measures` each number.

    `columns` are the groups of a pivot that stand over the numbers; `left_out` rows stand only in a
    file. `currencies` are those of the numbers, "" of what is no amount. Where it `is_compared`,
    each number has beside it what it was in the time before.
    """

    heads: tuple[str, ...]
    columns: tuple[str, ...]
    measures: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line
    left_out: int
    currencies: tuple[str, ...]
    is_compared: bool


def grid(result: Result, by: Actor, *, is_pivot: bool, most: int | None = MOST_ROWS) -> Grid:
    """A result as a table; as a pivot the last group's values are its columns."""
    size = len(result.dimensions)
    named = [labels_of(result, number, by) for number in range(size)]
    if has_steady_time(result):
        named[0] = along(result, by, MOST_ROWS)
    turns = is_pivot and size > 1 and len(named[-1]) <= MOST_COLUMNS
    across: list[tuple[Member | None, str]] = [(None, "")]
    if turns:
        across = [*named[-1], (None, gettext("All"))]
    rows = size - 1 if turns else size
    writer = _Writer(result, by, [one for one, _label in across] if turns else [None])
    places = list(_rows(result, [[one for one, _text in each] for each in named[:rows]]))
    labels = [dict(each) for each in named[:rows]]
    shown = places if most is None else places[:most]
    lines = tuple(_line(writer, place, labels, turns=turns) for place in shown)
    return Grid(
        tuple(str(name_of(one.meant)) for one in result.dimensions[:rows]),
        tuple(label for _member, label in across) if turns else (),
        tuple(measure_label(one) for one in result.measures),
        lines,
        _line(writer, (None,) * rows, labels, turns=turns),
        len(places) - len(shown),
        tuple(by.tenant.currency if is_amount(one) else "" for one in result.measures),
        result.before is not None,
    )


def _rows(result: Result, members: Sequence[Sequence[Member]]) -> Iterator[Place]:
    """The places of a table's rows in their order: each subtotal before what it is made of."""
    size = len(members)
    held = {place[:size] for place in (*result.cells, *(result.before or ()))}
    met = set(result.members[0]) if result.members else set()
    held |= {(one, *(None,) * (size - 1)) for one in (members[0] if size else ()) if one not in met}

    def below(place: Place) -> Iterator[Place]:
        depth = len(place)
        if depth == size:
            return
        for one in members[depth]:
            inner = (*place, one)
            whole = (*inner, *(None,) * (size - depth - 1))
            if whole in held:
                yield whole
                yield from below(inner)

    yield from below(())


def _line(
    writer: _Writer, place: Place, labels: Sequence[dict[Member, str]], *, turns: bool
) -> Line:
    heads = tuple("" if one is None else labels[number][one] for number, one in enumerate(place))
    return Line(heads, tuple(writer.cells(place, turns=turns)), None in place, place)


class _Writer:
    """Writes the numbers of places; what is the same for all cells is made once."""

    def __init__(self, result: Result, by: Actor, across: Sequence[Member | None]) -> None:
        self._result, self._by, self._across = result, by, across
        self._path = f"/{result.meaning.record_type.collection}"

    def cells(self, place: Place, *, turns: bool) -> Iterator[Cell]:
        """The cells of a row: for each group across, each number."""
        for member in self._across:
            yield from self._of((*place, member) if turns else place)

    def _of(self, place: Place) -> Iterator[Cell]:
        result = self._result
        values, before = self._numbers(place)
        is_empty = place not in result.cells
        is_coming = before is not None and is_empty and result.is_to_come(place)
        for number, measured in enumerate(result.measures):
            value = values[number]
            text = number_text(measured, value, self._by)
            was = before[number] if before is not None else None
            told, is_up = ("", False)
            if is_coming:
                told = self._before(measured, was) if was else ""
            elif before is not None:
                told, is_up = self._change(measured, value, was)
            url = "" if is_empty or value is None else self.url(place, number)
            yield Cell(text, url, value, told, is_up, was)

    def _numbers(self, place: Place) -> tuple[Sequence[Number], Sequence[Number] | None]:
        """The numbers of a place and of the time before it; a steady time's sums of none are 0."""
        result = self._result
        is_inner = not place or any(one is not None for one in place[1:])
        if is_inner or not has_steady_time(result):
            return result.at(place), result.then(place)
        every = range(len(result.measures))
        then = None if result.before is None else [number_then(result, place, n) for n in every]
        return [number_at(result, place, n) for n in every], then

    def _before(self, measured: Any, was: Number) -> str:
        return gettext("before: %(number)s", number=number_text(measured, was, self._by))

    def _change(self, measured: Any, value: Number, was: Number) -> tuple[str, bool]:
        """How a number changed: +20% (before: 10)."""
        if not isinstance(value, int | Decimal) or not isinstance(was, int | Decimal) or not was:
            return self._before(measured, was), False
        then = number_text(measured, was, self._by)
        share = round((Decimal(value) - Decimal(was)) / abs(Decimal(was)) * 100)
        told = f"{'+' if share > 0 else ''}{formats(self._by).number(share)}%"
        said = gettext("%(change)s (before: %(number)s)", change=told, number=then)
        return said, share > 0

    def url(self, place: Place, number: int) -> str:
        """The list of the rows that a number counts."""
        pairs = write_filters(rows_behind(self._result, place, self._by, number))
        return f"{self._path}?{urlencode([*pairs, ('view', 'all')])}"


def csv_rows(found: Grid) -> Iterable[list[str]]:
    """The rows of a file: names and plain numbers, the total last."""
    digits = [digits_of(one) if one else 0 for one in found.currencies]
    for line in (*found.lines, found.total):
        heads = list(line.heads)
        if line is found.total and heads:
            heads[0] = gettext("All")
        cells = zip(line.cells, cycle(digits), strict=False)
        yield [*heads, *(plain(value, least) for one, least in cells for value in told(one, found))]


def told(cell: Cell, found: Grid) -> tuple[Number, ...]:
    """What a file has in the place of a number: it, and what it was where that is compared."""
    return (cell.value, cell.was) if found.is_compared else (cell.value,)


def head_row(found: Grid, *, compared: bool = False) -> list[str]:
    """The head of a table: groups, and each number with its currency and the group that it is of.

    With `compared` what each was in the time before stands beside it, as in files.
    """
    pairs = zip(found.measures, found.currencies, strict=True)
    named = [f"{name} ({currency})" if currency else name for name, currency in pairs]
    if compared and found.is_compared:
        before = (gettext("%(number)s · before", number=one) for one in named)
        named = [one for pair in zip(named, before, strict=True) for one in pair]
    if not found.columns:
        return [*found.heads, *named]
    return [*found.heads, *(f"{column} · {one}" for column in found.columns for one in named)]


def plain(value: Number, digits: int = 0) -> str:
    """A number as files have it, with so many digits behind its point at least."""
    if value is None or value == UNKNOWN:
        return ""
    if isinstance(value, Decimal):
        short = round(value, 4).normalize()
        exponent = short.as_tuple().exponent
        return f"{short:.{max(digits, -exponent if isinstance(exponent, int) else 0)}f}"
    return str(value) if isinstance(value, date) or not digits else f"{value:.{digits}f}"
