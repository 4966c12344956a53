"""A definition as the arguments of the builder's address, and back from its form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.filters import Node
from app.reports.engine.definition import (
    MOST_GROUPS,
    MOST_MEASURES,
    SHAPES,
    Definition,
    Measure,
)
from app.reports.engine.written import read, write

BETWEEN = "between"  # What stands for two days in the choice of a period.


def definition_of(
    arguments: Mapping[str, str], measures: Sequence[Measure], filters: Sequence[Node]
) -> Definition:
    """The definition that a form asks for, with what was read from it already."""
    raw: dict[str, Any] = {
        "record_type": arguments.get("type", ""),
        "groups": [_group(arguments, number) for number in range(MOST_GROUPS)],
        "shape": arguments.get("shape", "") or SHAPES[0],
    }
    raw["groups"] = [one for one in raw["groups"] if one is not None]
    period = _period(arguments)
    if period:
        raw["period"] = period
    found = read(raw)
    return Definition(
        found.record_type,
        found.groups,
        tuple(measures) or found.measures,
        tuple(filters),
        found.period,
        found.shape,
        _drawn(arguments, len(tuple(measures) or found.measures)),
    )


def _drawn(arguments: Mapping[str, str], many: int) -> int:
    """Which of so many measures a chart draws: what was chosen, while it is there, else the first.

    Of the numbers before it those that were just taken out count no more.
    """
    chosen = whole(arguments.get("drawn", "")) or 0
    if chosen >= MOST_MEASURES or not arguments.get(f"m{chosen}"):
        return 0
    found = sum(bool(arguments.get(f"m{number}")) for number in range(chosen))
    return found if found < many else 0


def arguments_of(definition: Definition) -> list[tuple[str, str]]:
    """The arguments with which the builder opens on a definition."""
    return [("definition", json.dumps(write(definition), ensure_ascii=False))]


def build_url(definition: Definition, report: str = "") -> str:
    """The address of the builder on a definition; of a kept report, to change it."""
    pairs = arguments_of(definition) + ([("report", report)] if report else [])
    return f"/reports/build?{urlencode(pairs)}"


def read_definition(text: str) -> Definition:
    """A definition out of the text of an address or a form; Refused where it is none."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(_("This report can't be read."), field="definition") from None
    return read(raw)


def written(definition: Definition) -> str:
    """A definition as a form carries it."""
    return json.dumps(write(definition), ensure_ascii=False)


def _group(arguments: Mapping[str, str], number: int) -> dict[str, Any] | None:
    key = arguments.get(f"g{number}", "")
    if not key:
        return None
    most = arguments.get(f"n{number}", "")
    return {
        "field": key,
        "unit": arguments.get(f"u{number}", ""),
        "step": arguments.get(f"s{number}", ""),
        "most": int(most) if most.isascii() and most.isdigit() and len(most) < 4 else 0,
        "sort": arguments.get(f"o{number}", ""),
    }


def measure_of(text: str) -> Measure:
    """A measure as the form names it: `sum:minutes`, `count`."""
    what, _colon, key = text.partition(":")
    return read({"measures": [{"what": what, "field": key}]}).measures[0]


def measure_text(measure: Measure) -> str:
    """How the form names a measure; the conditions of a rate have rows of their own."""
    return f"{measure.what}:{measure.key}" if measure.key else measure.what


def _period(arguments: Mapping[str, str]) -> dict[str, str]:
    key, text = arguments.get("pk", ""), arguments.get("pt", "")
    if text == BETWEEN:
        text = ",".join(arguments.get(name, "") for name in ("pf", "pl")).strip(",")
    if not key or not text:
        return {}
    return {"field": key, "in": text, "compare": arguments.get("pc", "")}
