"""One report as its page shows it: what it counted, as what, and what there is to say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.filters.conditions import meant
from app.records.pages.filter_words import in_words, names_in
from app.records.types import RecordType
from app.reports.engine.clock import read_days
from app.reports.engine.compared import compared_with
from app.reports.engine.definition import RATE, Definition
from app.reports.engine.meaning import Measured, meaning, name_of
from app.reports.engine.numbers import measure_label
from app.reports.engine.result import Result
from app.reports.engine.run import TooSlow, run_report
from app.reports.engine.statement import CAP
from app.reports.pages.arguments import written
from app.reports.pages.chart import Chart, chart
from app.reports.pages.figure import Figure, figure
from app.reports.pages.grid import Grid, grid
from app.reports.runs.find import Asked, is_of_today, latest_run, result_of
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class Shown:
    """A report with its numbers; without a `result` it took too long.

    `told` are its conditions in words, `notes` what its reader should know of the numbers. One that
    was made in the background has its `run`, and the moment it was counted at (`as_of`).
    """

    definition: Definition
    written: str
    told: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    result: Result | None
    grid: Grid | None
    chart: Chart | None = None
    figure: Figure | None = None
    run: Asked | None = None
    as_of: str = ""

    @property
    def waits(self) -> bool:
        """True while a worker makes it."""
        return self.run is not None and self.run.is_under_way

    @property
    def is_pivot(self) -> bool:
        """True where the last group's values are columns."""
        return self.grid is not None and bool(self.grid.columns)

    @property
    def is_empty(self) -> bool:
        """True where no record fits."""
        return self.result is not None and not self.result.members_met


def shown(definition: Definition, by: Actor, *, is_fresh: bool = False) -> Shown:
    """A report as `by` may see it; what can't be counted is refused.

    Where a worker made it today, its result is shown, unless it has to be `is_fresh`.
    """
    run = latest_run(by, definition, meaning(definition, by))
    if run is not None and run.is_under_way:
        told = _conditions(definition, by)
        return Shown(definition, written(definition), told, (), None, None, run=run)
    if run is not None and run.is_done and is_of_today(run.run, by) and not is_fresh:
        result = result_of(run.run, by)
        if result is not None:
            return shown_run(run, definition, result, by)
    try:
        result = run_report(definition, by)
    except TooSlow:
        told = _conditions(definition, by)
        return Shown(definition, written(definition), told, (), None, None, run=run)
    return shown_result(definition, result, by)


def shown_run(run: Asked, definition: Definition, result: Result, by: Actor) -> Shown:
    """A report that a worker made, as it was counted then, drawn as its definition says now."""
    as_of = formats(by).moment(result.as_of, by.today())
    made = shown_result(definition, result, by)
    return replace(made, run=run, as_of=as_of)


def shown_result(definition: Definition, result: Result, by: Actor) -> Shown:
    """What a report found, as its page shows it."""
    told = _conditions(definition, by, result.as_of)
    table = grid(result, by, is_pivot=definition.shape == "pivot")
    drawn = chart(result, definition, by)
    notes = _notes(result, table, by)
    text, number = written(definition), figure(result, by)
    return Shown(definition, text, told, notes, result, table, drawn, number)


def _conditions(
    definition: Definition, by: Actor, at: datetime | None = None
) -> tuple[tuple[str, str], ...]:
    """What leaves records out, in words: the period first, as it was `at` a moment."""
    meaning_of = meaning(definition, by if at is None else replace(by, now=at))
    record_type = meaning_of.record_type
    found: list[tuple[str, str]] = []
    period = definition.period
    if period is not None:
        days = read_days(period.text, meaning_of.firm)
        dated = meant(record_type, period.key, by)
        label = str(name_of(dated)) if dated is not None else ""
        found.append((label, _days(days[0], days[1], by)))
        then = compared_with(meaning_of)
        if then is not None:
            told = _days(then.days_then[0], then.days_then[1], by)
            if then.is_so_far:
                told = gettext("%(days)s, as far as today", days=told)
            found.append((gettext("Compared with"), told))
    names = names_in(record_type, definition.filters, by)
    found += [in_words(record_type, one, by, names) for one in definition.filters]
    found += [_rate(one, record_type, by) for one in meaning_of.measures if one.asked.what == RATE]
    return tuple(found)


def _rate(measured: Measured, record_type: RecordType, by: Actor) -> tuple[str, str]:
    """Between which counts a rate is, in words."""
    part, whole = (
        formats(by).listed(
            " ".join(in_words(record_type, one, by, names_in(record_type, nodes, by)))
            for one in nodes
        )
        for nodes in (measured.asked.part, measured.asked.whole)
    )
    if not whole:
        return measure_label(measured), gettext("%(part)s, of all", part=part)
    return measure_label(measured), gettext(
        "%(part)s, of those with %(whole)s", part=part, whole=whole
    )


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
