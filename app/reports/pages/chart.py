"""A report as a chart: the names and numbers that a browser draws, each with its rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.filters import write_filters
from app.reports.engine.definition import RATE, Definition
from app.reports.engine.drill import day_after, rows_behind
from app.reports.engine.kinds import DATES
from app.reports.engine.numbers import is_amount, measure_label, number_text
from app.reports.engine.order import labels_of
from app.reports.engine.result import VALUE, Member, Place, Result
from app.reports.engine.timeline import along, is_timeline, number_at, number_then

CHARTS = ("bar", "line", "pie", "funnel")
MOST_POINTS = 200
MOST_SERIES = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, as JSON, of each of `measures`, the names of the numbers; one is looked at.

    `left_out` says that there were more groups than a chart can show. `places` are those of the
    numbers among the measures of the report, `drawn` which of `measures` is drawn at first.
    `running` names the time at its end that is still under way.
    """

    kind: str
    data: str
    left_out: bool
    measures: tuple[str, ...]
    places: tuple[int, ...]
    drawn: int = 0
    running: str = ""


def chart(result: Result, definition: Definition, by: Actor) -> Chart | None:
    """The chart of a result; None for other shapes, and where there is no group to draw.

    It draws the number that its definition says, or the first where the reader may not see that.
    """
    shape = definition.shape
    if shape not in CHARTS or not result.dimensions:
        return None
    has_axis = shape in ("bar", "line")
    first = along(result, by, MOST_POINTS) if has_axis else labels_of(result, 0, by)
    points = first[:MOST_POINTS]
    is_split = len(result.dimensions) > 1 and has_axis
    across: list[tuple[Member | None, str]] = [*labels_of(result, 1, by)] if is_split else []
    left_out = len(first) > len(points) or len(across) > MOST_SERIES
    members = [one for one, _name in points]
    names = tuple(measure_label(one) for one in result.measures)
    measures = [
        {
            "name": name,
            "unit": by.tenant.currency if is_amount(result.measures[number]) else "",
            "series": _series(result, shape, members, across[:MOST_SERIES], number, by),
        }
        for number, name in enumerate(names)
    ]
    running = _running(result, members)
    data = {
        "kind": shape,
        "labels": [name for _member, name in points],
        "is_time": is_timeline(result),
        "running": running,
        "measures": measures,
    }
    places = tuple(definition.measures.index(one.asked) for one in result.measures)
    return Chart(
        shape,
        json.dumps(data, ensure_ascii=False),
        left_out,
        names,
        places,
        places.index(definition.drawn) if definition.drawn in places else 0,
        points[running][1] if running is not None else "",
    )


def _running(result: Result, members: Sequence[Member]) -> int | None:
    """The place of the day, week, month … that is still under way; None where none is drawn."""
    first = result.dimensions[0]
    if first.kind not in DATES:
        return None
    unit, firm = first.asked.unit, result.meaning.firm

    def is_running(one: Member) -> bool:
        return one.state == VALUE and one.value <= result.today < day_after(one.value, unit, firm)

    return next((place for place, one in enumerate(members) if is_running(one)), None)


def _series(
    result: Result,
    shape: str,
    members: Sequence[Member],
    across: Sequence[tuple[Member | None, str]],
    number: int,
    by: Actor,
) -> list[dict[str, Any]]:
    """One number as bars, points or parts: for each group across, and of the time before."""
    rest = len(result.dimensions) - 1
    series: list[dict[str, Any]] = []
    for member, label in across or [(None, measure_label(result.measures[number]))]:
        places = [_place(one, member, rest) for one in members]
        series.append({"name": label, **_numbers(result, places, number, by)})
    if result.before is not None and not across and shape in ("bar", "line"):
        then = [number_then(result, _place(one, None, rest), number) for one in members]
        texts = [number_text(result.measures[number], one, by) for one in then]
        before = {"values": [plain(one) for one in then], "texts": texts, "urls": []}
        series.append({"name": gettext("Compared with"), "is_before": True, **before})
    return series


def _place(first: Member, second: Member | None, rest: int) -> Place:
    return (first, *((second,) if rest else ()), *((None,) * (rest - 1)))


def _numbers(result: Result, places: Sequence[Place], number: int, by: Actor) -> dict[str, Any]:
    path = f"/{result.meaning.record_type.collection}"
    measured = result.measures[number]
    found = [number_at(result, place, number) for place in places]
    told: dict[str, Any] = {
        "values": [plain(one) for one in found],
        "texts": [number_text(measured, one, by) for one in found],
    }
    if number and RATE not in (measured.asked.what, result.measures[0].asked.what):
        return told  # Its rows are those of the first number.
    told["urls"] = []
    for place in places:
        pairs = write_filters(rows_behind(result, place, by, number))
        met = place in result.cells
        told["urls"].append(f"{path}?{urlencode([*pairs, ('view', 'all')])}" if met else "")
    return told


def plain(value: Any) -> float | int | None:
    """A number as a chart has it; a date has no height."""
    if value is None or isinstance(value, date):
        return None
    return float(value) if isinstance(value, Decimal) else int(value)
