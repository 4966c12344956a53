"""One report as its page shows it: what it counted, as what, and what there is to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.filters.conditions import meant
from app.records.pages.filter_words import in_words, names_in
from app.reports.engine.clock import earlier, goes_by_days, read_days
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import meaning, name_of
from app.reports.engine.result import Result
from app.reports.engine.run import TooSlow, run_report
from app.reports.engine.statement import CAP
from app.reports.pages.arguments import written
from app.reports.pages.chart import Chart, chart
from app.reports.pages.grid import Grid, grid
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class Shown:
    """A report with its numbers; without a `result` it took too long.

    `told` are its conditions in words, `notes` what its reader should know of the numbers.
    """

    definition: Definition
    written: str
    told: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    result: Result | None
    grid: Grid | None
    chart: Chart | None = None

    @property
    def is_pivot(self) -> bool:
        """True where the last group's values are columns."""
        return self.grid is not None and bool(self.grid.columns)

    @property
    def is_empty(self) -> bool:
        """True where no record fits."""
        return self.result is not None and not self.result.members_met


def shown(definition: Definition, by: Actor) -> Shown:
    """A report as `by` may see it; what can't be counted is refused."""
    told = _conditions(definition, by)
    try:
        result = run_report(definition, by)
    except TooSlow:
        return Shown(definition, written(definition), told, (), None, None)
    table = grid(result, by, is_pivot=definition.shape == "pivot")
    drawn = chart(result, definition.shape, by)
    notes = _notes(result, table, by)
    return Shown(definition, written(definition), told, notes, result, table, drawn)


def _conditions(definition: Definition, by: Actor) -> tuple[tuple[str, str], ...]:
    """What leaves records out, in words: the period first."""
    meaning_of = meaning(definition, by)
    record_type = meaning_of.record_type
    found: list[tuple[str, str]] = []
    period = definition.period
    if period is not None:
        days = read_days(period.text, meaning_of.firm)
        dated = meant(record_type, period.key, by)
        label = str(name_of(dated)) if dated is not None else ""
        found.append((label, _days(days[0], days[1], by)))
        if period.compare:
            by_days = goes_by_days(meaning_of.asked)
            then = earlier(days, period.compare, by_days=by_days).days_then
            found.append((gettext("Compared with"), _days(then[0], then[1], by)))
    names = names_in(record_type, definition.filters, by)
    found += [in_words(record_type, one, by, names) for one in definition.filters]
    return tuple(found)


def _days(first: date, beyond: date, by: Actor) -> str:
    write, today = formats(by), by.today()
    last = beyond - timedelta(days=1)
    if first == last:
        return write.day(first, today)
    return f"{write.day(first, today)} – {write.day(last, today)}"


def _notes(result: Result, table: Grid, by: Actor) -> tuple[str, ...]:
    write = formats(by)
    found = []
    if result.hidden:
        names = write.listed(result.hidden)
        found.append(gettext("Your role does not show %(names)s, so it is left out.", names=names))
    if result.is_cut:
        said = gettext(
            "There are more than %(most)s groups. The largest by %(name)s are shown; the total is"
            " of all.",
            most=write.number(CAP),
            name=str(name_of(result.dimensions[0].meant)) if result.dimensions else "",
        )
        found.append(said)
    if result.has_several:
        found.append(
            gettext(
                "A record can stand in several groups here. The totals count it once, so groups may"
                " add up to more."
            )
        )
    if table.left_out:
        found.append(
            ngettext(
                "%(n)s more row is in the file only.",
                "%(n)s more rows are in the file only.",
                table.left_out,
                n=write.number(table.left_out),
            )
        )
    return tuple(found)
