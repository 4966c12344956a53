"""A report that is one number: how it changed, and a line of how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.reports.engine.compared import compared_with
from app.reports.engine.definition import COUNT, DISTINCT, NUMBER, SUM
from app.reports.engine.numbers import measure_label
from app.reports.engine.result import VALUE, Member, Number, Place, Result
from app.reports.engine.timeline import unit_starts
from app.reports.pages.chart import plain
from app.reports.pages.grid import Cell, grid

WIDE, HIGH = 240, 48  # The line's own measure; it is drawn at any size.
UP, DOWN, SAME = "up", "down", "same"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it is, its cell, whether it went up or down, and its line.

    `line` and `before` are points as SVG has them, of the time and of the one that it is compared
    with; "" where there are fewer than two.
    """

    label: str
    cell: Cell
    direction: str
    line: str
    before: str


def figure(result: Result, by: Actor) -> Figure | None:
    """The number of a report that is one; None for any other."""
    if result.meaning.asked.shape != NUMBER:
        return None
    table = grid(result, by, is_pivot=False, most=0)
    then = result.then(result.whole)
    values, past = _values(result)
    every = [one for one in (*values, *past) if one is not None]
    low, high = min(0, *every, 0), max(*every, 0, 0)
    return Figure(
        measure_label(result.measures[0]),
        table.total.cells[0],
        _direction(result.at(result.whole)[0], then[0] if then is not None else None),
        _points(values, low, high),
        _points(past, low, high),
    )


def _direction(now: Number, then: Number) -> str:
    """Up, down or the same as before; nothing where that can't be said."""
    here, there = plain(now), plain(then)
    if here is None or there is None:
        return ""
    if here == there:
        return SAME
    return UP if here > there else DOWN


def _values(result: Result) -> tuple[list[float | None], list[float | None]]:
    """What was counted in each day, week or month in their order, and what then.

    Where nothing was, a count is zero, and what else is measured is unknown. What is still to come
    is left out.
    """
    if not result.dimensions:
        return [], []
    known = [one.value for one in result.members[0] if one.state == VALUE]
    starts = unit_starts(result, known)
    places: list[Place] = [(Member(VALUE, one),) for one in starts]
    zero = 0 if result.measures[0].asked.what in (COUNT, DISTINCT, SUM) else None
    so_far = [place for place in places if not result.is_to_come(place)]
    now = [_or(plain(result.at(place)[0]), zero) for place in so_far]
    compared = compared_with(result.meaning)
    if result.before is None or compared is None:
        return now, []
    past = so_far if compared.is_so_far else places
    return now, [_or(plain((result.then(place) or (None,))[0]), zero) for place in past]


def _or(value: float | None, zero: float | None) -> float | None:
    return zero if value is None else value


def _points(values: Sequence[float | None], low: float, high: float) -> str:
    """The values as points of a line; what is not known is left out."""
    if sum(one is not None for one in values) < 2:
        return ""
    span = (high - low) or 1
    step = WIDE / max(len(values) - 1, 1)
    return " ".join(
        f"{at * step:.1f},{HIGH - (one - low) / span * HIGH:.1f}"
        for at, one in enumerate(values)
        if one is not None
    )
