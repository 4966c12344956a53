"""A definition as the arguments of the builder's address, and back from its form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from app.kernel.errors import Refused
from app.kernel.language import _
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


def definition_of(arguments: Mapping[str, str], filters: Sequence[Node]) -> Definition:
    """The definition that a form asks for, with filters that were read from it already."""
    raw: dict[str, Any] = {
        "record_type": arguments.get("type", ""),
        "groups": [_group(arguments, number) for number in range(MOST_GROUPS)],
        "measures": [_measure(arguments, number) for number in range(MOST_MEASURES)],
        "shape": arguments.get("shape", "") or SHAPES[0],
    }
    raw["groups"] = [one for one in raw["groups"] if one is not None]
    raw["measures"] = [one for one in raw["measures"] if one is not None]
    period = _period(arguments)
    if period:
        raw["period"] = period
    found = read(raw)
    return Definition(
        found.record_type,
        found.groups,
        found.measures,
        tuple(filters),
        found.period,
        found.shape,
    )


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


def _measure(arguments: Mapping[str, str], number: int) -> dict[str, Any] | None:
    """A measure as `sum:minutes`; one that the form has no control for comes as JSON."""
    text = arguments.get(f"m{number}", "")
    if text.startswith("{"):
        try:
            found: dict[str, Any] = json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(_("This report can't be read."), field="measures") from None
        return found
    what, _colon, key = text.partition(":")
    return {"what": what, "field": key} if what else None


def measure_text(measure: Measure) -> str:
    """A measure as the form names it."""
    if measure.part or measure.whole:
        found = write(Definition("", (), (measure,)))["measures"][0]
        return json.dumps(found, ensure_ascii=False)
    return f"{measure.what}:{measure.key}" if measure.key else measure.what


def _period(arguments: Mapping[str, str]) -> dict[str, str]:
    key, text = arguments.get("pk", ""), arguments.get("pt", "")
    if text == BETWEEN:
        text = ",".join(arguments.get(name, "") for name in ("pf", "pl")).strip(",")
    if not key or not text:
        return {}
    return {"field": key, "in": text, "compare": arguments.get("pc", "")}
