"""A report in a widget: one number, a chart, or the first rows of its table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import meaning
from app.reports.engine.result import Result
from app.reports.engine.run import run_report
from app.reports.pages.chart import Chart, chart
from app.reports.pages.figure import Figure as Trend
from app.reports.pages.figure import figure
from app.reports.pages.grid import Cell, Grid, grid
from app.reports.runs.find import is_of_today, latest_run, result_of
from app.web.formats import formats

LINES = 8  # Of a table; its page has the rest.
COLUMNS = 6  # Numbers beside each other in a pivot, which stands as a table where it has more.


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it counts."""

    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as its widget shows it: `figures` where it has no groups, a chart, or a table.

    One that is a number has its `trend`.

    `notes` are what its reader should know of the numbers.
    """

    figures: tuple[Figure, ...] = ()
    chart: Chart | None = None
    trend: Trend | None = None
    grid: Grid | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where no record fits."""
        shown = (self.chart, self.trend, self.grid)
        return not self.figures and all(one is None for one in shown)


def shown_report(definition: Definition, by: Actor) -> ShownReport:
    """A report in the rights of `by`; who calls bounds the time, and answers for what is refused.

    Where a worker counted it today, as it takes long, that is shown. The figures of a report
    without groups are there even where nothing is counted: 0 is a number.
    """
    kept = _kept_result(definition, by)
    result = kept or run_report(definition, by, limit_ms=None)
    found = _shown(definition, result, by)
    if kept is None:
        return found
    when = formats(by).moment(kept.as_of, by.today())
    told = gettext("Counted in the background: these are the numbers of %(when)s.", when=when)
    return replace(found, notes=(*found.notes, told))


def _kept_result(definition: Definition, by: Actor) -> Result | None:
    """What a worker counted today for this reader, if that is how the report is made."""
    run = latest_run(by, definition, meaning(definition, by))
    if run is None or not run.is_done or not is_of_today(run.run, by):
        return None
    return result_of(run.run, by)


def _shown(definition: Definition, result: Result, by: Actor) -> ShownReport:
    """A result as its widget shows it."""
    trend = figure(result, by)
    if trend is not None:
        return ShownReport(trend=trend, notes=_notes(result, 0, by))
    if not result.dimensions:
        table = grid(result, by, is_pivot=False, most=0)
        pairs = zip(table.measures, table.total.cells, strict=True)
        figures = tuple(Figure(label, cell) for label, cell in pairs)
        return ShownReport(figures, notes=_notes(result, 0, by))
    if not result.members_met:
        return ShownReport(notes=_notes(result, 0, by))
    drawn = chart(result, definition, by)
    if drawn is not None:
        return ShownReport(chart=drawn, notes=_notes(result, 0, by))
    wide = len(result.members[-1]) * len(result.measures)
    turns = definition.shape == "pivot" and wide <= COLUMNS
    table = grid(result, by, is_pivot=turns, most=LINES)
    return ShownReport(grid=table, notes=_notes(result, table.left_out, by))


def _notes(result: Result, left_out: int, by: Actor) -> tuple[str, ...]:
    write, found = formats(by), []
    if result.hidden:
        names = write.listed(result.hidden)
        found.append(gettext("Your role does not show %(names)s, so it is left out.", names=names))
    if left_out:
        more = write.number(left_out)
        found.append(
            ngettext(
                "%(n)s more row in the report.", "%(n)s more rows in the report.", left_out, n=more
            )
        )
    return tuple(found)
