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
from app.reports.engine.definition import SUM
from app.reports.engine.drill import day_after, rows_behind
from app.reports.engine.kinds import DATES
from app.reports.engine.labels import label_of
from app.reports.engine.numbers import measure_label, number_text
from app.reports.engine.order import labels_of
from app.reports.engine.result import VALUE, Member, Place, Result

CHARTS = ("bar", "line", "pie", "funnel")
MOST_POINTS = 200
MOST_SERIES = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, as JSON; `left_out` says that there were more groups than a chart can show."""

    kind: str
    data: str
    left_out: bool


def chart(result: Result, shape: str, by: Actor) -> Chart | None:
    """The chart of a result; None for other shapes, and where there is no group to draw."""
    if shape not in CHARTS or not result.dimensions:
        return None
    first = _groups(result, shape, by)
    points = first[:MOST_POINTS]
    is_split = len(result.dimensions) > 1 and shape in ("bar", "line")
    across: list[tuple[Member | None, str]] = [*labels_of(result, 1, by)] if is_split else []
    left_out = len(first) > len(points) or len(across) > MOST_SERIES
    rest = len(result.dimensions) - 1
    series: list[dict[str, Any]] = []
    for member, label in across[:MOST_SERIES] or [(None, measure_label(result.measures[0]))]:
        places = [_place(one, member, rest) for one, _name in points]
        series.append({"name": label, **_numbers(result, places, by)})
    if result.before is not None and not is_split and shape in ("bar", "line"):
        then = [_then(result, _place(one, None, rest)) for one, _name in points]
        texts = [number_text(result.measures[0], one, by) for one in then]
        before = {"values": [plain(one) for one in then], "texts": texts, "urls": []}
        series.append({"name": gettext("Compared with"), "is_before": True, **before})
    labels = [name for _member, name in points]
    data = {"kind": shape, "labels": labels, "series": series}
    return Chart(shape, json.dumps(data, ensure_ascii=False), left_out)


def _groups(result: Result, shape: str, by: Actor) -> list[tuple[Member, str]]:
    """The groups of the first dimension in their order; of time, those without a record too.

    An axis that leaves out a month without a sale would tell of a steady year. Where there would be
    too many points, and where groups are ordered by size, those with a record stand alone.
    """
    found, dimension = labels_of(result, 0, by), result.dimensions[0]
    is_axis = shape in ("bar", "line") and dimension.kind in DATES
    if not is_axis or dimension.asked.sort or result.is_cut or dimension.asked.most:
        return found
    dated = [member for member, _name in found if member.state == VALUE]
    every = list[tuple[Member, str]]()
    day: date | None = dated[0].value if dated else None
    while day is not None and day <= dated[-1].value:
        if len(every) == MOST_POINTS:
            return found
        member = Member(VALUE, day)
        every.append((member, label_of(dimension, member, by)))
        day = day_after(day, dimension.asked.unit, result.meaning.firm)
    return [*every, *((one, name) for one, name in found if one.state != VALUE)]


def _at(result: Result, place: Place) -> Any:
    """The number of a place; in time, a sum of no records is nothing at all, which is zero."""
    found = result.at(place)[0]
    is_sum = result.measures[0].asked.what == SUM and result.dimensions[0].kind in DATES
    return Decimal(0) if found is None and is_sum and place not in result.cells else found


def _place(first: Member, second: Member | None, rest: int) -> Place:
    return (first, *((second,) if rest else ()), *((None,) * (rest - 1)))


def _numbers(result: Result, places: Sequence[Place], by: Actor) -> dict[str, Any]:
    path = f"/{result.meaning.record_type.collection}"
    measured = result.measures[0]
    found = [_at(result, place) for place in places]
    urls = []
    for place in places:
        pairs = write_filters(rows_behind(result, place, by, 0))
        met = place in result.cells
        urls.append(f"{path}?{urlencode([*pairs, ('view', 'all')])}" if met else "")
    return {
        "values": [plain(one) for one in found],
        "texts": [number_text(measured, one, by) for one in found],
        "urls": urls,
    }


def _then(result: Result, place: Place) -> Any:
    then = result.then(place)
    return None if then is None else then[0]


def plain(value: Any) -> float | int | None:
    """A number as a chart has it; a date has no height."""
    if value is None or isinstance(value, date):
        return None
    return float(value) if isinstance(value, Decimal) else int(value)
