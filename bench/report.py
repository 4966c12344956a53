"""Showing figures as a table, and keeping them as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure

RESULTS = Path(__file__).with_name("results")
HEADS = ("", "median", "p95", "8 at once", "floor", "aim", "of floor", "slowness", "")


@dataclass(frozen=True, slots=True)
class Result:
    """What one bench found, on which machine, with how many rows, and when."""

    bench: str
    at: datetime
    machine: Mapping[str, Any]
    scale: Mapping[str, int]
    figures: Sequence[Figure]

    def as_json(self) -> dict[str, Any]:
        """The result as it is kept; it names no host and no path."""
        return {
            "bench": self.bench,
            "at": self.at.isoformat(timespec="seconds"),
            "machine": dict(self.machine),
            "scale": dict(self.scale),
            "figures": [_figure(one) for one in self.figures],
        }

    def keep(self) -> Path:
        """Write the result over the one of an earlier run."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.bench}.json"
        text = json.dumps(self.as_json(), ensure_ascii=False, indent=2)
        path.write_text(f"{text}\n", "utf-8")
        return path


def _figure(one: Figure) -> dict[str, Any]:
    limit = one.limit
    found = {
        "name": one.name,
        "unit": one.unit,
        "median": _rounded(one.value),
        "p95": _rounded(one.p95),
        "rate": _rounded(one.rate),
        "floor": limit.floor,
        "aim": limit.aim,
        "p95_floor": limit.p95,
        "rate_floor": limit.rate_floor,
        "rate_aim": limit.rate_aim,
        "ratio_to_floor": _rounded(one.ratio),
        "slowness": _rounded(one.slowness) if _is_paced(one) else None,
        "rate_slowness": _rounded(one.rate_slowness) if _is_paced(one) else None,
        "ok": one.is_ok,
        "ok_at_pace": one.is_ok_at_pace if _is_paced(one) else None,
        "note": one.note or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def table(result: Result) -> str:
    """The figures of a bench as a table for people."""
    rows = [HEADS, *(_row(one) for one in result.figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [_line(row, widths) for row in rows]
    scale = ", ".join(f"{count:,} {name}" for name, count in result.scale.items())
    head = f"{result.bench}{f' ({scale})' if scale else ''}"
    notes = [f"  {one.name}: {one.note}" for one in result.figures if one.note]
    return "\n".join([head, *lines, *notes])


def _is_paced(one: Figure) -> bool:
    """True where the machine's pace was looked at; at its very best nothing is to be told."""
    return one.slowness > 1 or one.rate_slowness > 1


def _row(one: Figure) -> tuple[str, ...]:
    limit, rates = one.limit, (one.limit.rate_floor, one.limit.rate_aim)
    verdict = {True: "ok", False: "MISSED", None: ""}[one.is_ok]
    if one.is_ok is False and one.is_ok_at_pace:
        verdict = "ok at pace"
    return (
        one.name,
        f"{_short(one.value)} {one.unit}",
        _short(one.p95),
        f"{_short(one.rate)}/s" if one.rate else "",
        _limits(limit.floor, rates[0], limit.p95),
        _limits(limit.aim, rates[1]),
        f"{one.ratio:.2f}" if one.ratio is not None else "",
        f"{one.slowness:.2f}, {one.rate_slowness:.2f}" if _is_paced(one) else "",
        verdict,
    )


def _limits(value: float | None, rate: float | None, p95: float | None = None) -> str:
    parts = [_short(value)] if value is not None else []
    parts += [f"p95 {_short(p95)}"] if p95 is not None else []
    return ", ".join([*parts, *([f"{_short(rate)}/s"] if rate is not None else [])])


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    cells = list(row)
    shown = [cells[0].ljust(widths[0])]
    shown += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  " + "  ".join(shown).rstrip()


def _short(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
