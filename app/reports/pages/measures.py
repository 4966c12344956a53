"""The numbers of a report in its builder: what each is, and between which counts a rate is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.records.filters import Node
from app.records.pages.filtering.builder import Builder, builder, filters_asked
from app.records.pages.filtering.typed import Arguments, Row, Rows, arguments_of
from app.records.pages.state import ListState
from app.reports.engine.definition import MOST_MEASURES, RATE, Measure
from app.reports.pages.arguments import measure_of, measure_text

Before = Callable[[Arguments], Rows]  # The rows that a form sent, or those of filters.
Of = Callable[[tuple[Node, ...]], Rows]


@dataclass(slots=True)
class Typed:
    """One number as it stands in the form; `part` and `whole` are the conditions of a rate."""

    chosen: str
    part: Rows = field(default_factory=Rows)
    whole: Rows = field(default_factory=Rows)

    @property
    def rows(self) -> list[Row]:
        """Every condition of it."""
        return [*self.part.rows(), *self.whole.rows()]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One number as it is drawn."""

    number: int
    chosen: str
    part: Builder | None = None
    whole: Builder | None = None


def read_measures(arguments: MultiDict[str, str], before: Before) -> list[Typed]:
    """The numbers that a form sent, without those that were taken out."""
    found = []
    for number in range(MOST_MEASURES):
        chosen = arguments.get(f"m{number}", "")
        if chosen == RATE:
            part, whole = (before(arguments_of(f"m{number}{one}", arguments)) for one in "pw")
            found.append(Typed(chosen, part, whole))
        elif chosen:
            found.append(Typed(chosen))
    return found


def measures_of(measures: Sequence[Measure], rows_of: Of) -> list[Typed]:
    """The numbers of a definition that the builder is opened on."""
    return [
        Typed(RATE, rows_of(one.part), rows_of(one.whole))
        if one.what == RATE
        else Typed(measure_text(one))
        for one in measures
    ]


def asked_measures(typed: Sequence[Typed], state: ListState, by: Actor) -> list[Measure]:
    """What the numbers ask for; Refused where conditions are wrong.

    A rate of which nobody said yet what it counts asks for nothing.
    """
    found = []
    for one in typed:
        if one.chosen != RATE:
            found.append(measure_of(one.chosen))
            continue
        part, whole = (filters_asked(state.record_type, rows, by) for rows in (one.part, one.whole))
        if part:
            found.append(Measure(RATE, "", part, whole))
    return found


def measure_rows(
    typed: Sequence[Typed], state: ListState, by: Actor, focus: str
) -> tuple[MeasureRow, ...]:
    """The numbers as they are drawn, and an empty one while there is room.

    `focus` is the row of conditions to begin at, after the mark of its rate: `m1p|0`.
    """
    rows = []
    for number, one in enumerate([*typed, Typed("")][:MOST_MEASURES]):
        if one.chosen != RATE:
            rows.append(MeasureRow(number, one.chosen))
            continue
        part, whole = (
            _shown(conditions, f"m{number}{name}", state, by, focus)
            for name, conditions in (("p", one.part), ("w", one.whole))
        )
        rows.append(MeasureRow(number, one.chosen, part, whole))
    return tuple(rows)


def _shown(rows: Rows, prefix: str, state: ListState, by: Actor, focus: str) -> Builder:
    mark, _bar, path = focus.rpartition("|")
    return builder(state, rows, by, path if mark == prefix else "-", prefix=prefix)
