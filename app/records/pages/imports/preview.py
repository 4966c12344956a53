"""What would become of a file's rows, and what became of them: counts, and what stands against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import _, gettext, ngettext
from app.kernel.stamps import READ as STAMPS
from app.records.imports.begin import try_rows
from app.records.imports.failed import read_failures
from app.records.imports.mapping import Mapping
from app.records.imports.models import ImportRun, State
from app.records.imports.new_options import OPTION, asked_options, make_options
from app.records.imports.outcome import WHOLE_ROW, Failure, Outcome
from app.records.imports.table import Table
from app.records.pages.choices import READ as CHOICES
from app.records.registry import registry
from app.records.tailored import tailored
from app.web.formats import formats

MOST_FAILURES = 20  # That a page tells of.


@dataclass(frozen=True, slots=True)
class Count:
    """One number of a preview or a receipt."""

    number: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken: its number, its column and what stands there; `fix` is the name of
    the input by which another text can be put in its place, in all rows that have it.
    """

    line: str
    column: str
    text: str
    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of the rows, or of the first of them."""

    title: str
    counts: list[Count]
    problems: list[Problem]
    more: str = ""
    is_whole: bool = True
    nothing: str = ""  # Why no row at all would come in, where none would.


def preview_of(run: ImportRun, mapping: Mapping, table: Table, by: Actor) -> Preview | None:
    """What a dry run of the whole file found, else what would become of the first rows."""
    write = formats(by)
    if run.is_dry_run and run.state == State.DONE and run.mapping == mapping.to_json():
        failures = list(read_failures(run, by, MOST_FAILURES))
        title = ngettext("All %(n)s row was tried", "All %(n)s rows were tried", run.total)
        title = title.replace(str(run.total), write.number(run.total))
        counts = [*counts_of(run, by), *_options_of(mapping, by)]
        shown = problems(failures, mapping, table)
        more = more_failed(run.failed, by)
        return Preview(title, counts, shown, more, nothing=_nothing(run, is_whole=True))
    outcome = _tried(run, mapping, by)
    number = write.number(outcome.done)
    title = (
        ngettext("%(n)s row was tried", "%(n)s rows were tried", outcome.done, n=number)
        if outcome.is_whole
        else gettext("The first %(n)s rows were tried", n=number)
    )
    shown = problems(outcome.failures[:MOST_FAILURES], mapping, table)
    counts = [*counts_of(outcome, by), *_options_of(mapping, by)]
    nothing = _nothing(outcome, is_whole=outcome.is_whole)
    more = more_failed(outcome.failed, by)
    return Preview(title, counts, shown, more, outcome.is_whole, nothing)


def _nothing(told: Outcome | ImportRun, *, is_whole: bool) -> str:
    """That nothing would come in, in a sentence, or nothing where something would."""
    if told.created or told.updated or told.noted or told.asked or not told.done:
        return ""
    if not is_whole:
        return gettext("None of the rows that were tried would come in.")
    if told.failed == told.done:
        return gettext("Nothing would come in: every row fails.")
    return gettext("Nothing would come in: no row brings anything new.")


def _tried(run: ImportRun, mapping: Mapping, by: Actor) -> Outcome:
    """What would become of the first rows, with the options that shall be made."""
    if not asked_options(mapping):
        return try_rows(run, mapping, by)
    trial = by.session.begin_nested()
    try:
        made = make_options(tailored(run.record_type, by), mapping, by)
        return try_rows(run, made, by)
    finally:
        trial.rollback()
        by.session.info.pop(STAMPS, None)
        by.session.info.pop(CHOICES, None)


def _options_of(mapping: Mapping, by: Actor) -> list[Count]:
    """How many options will be made at the start, where some will."""
    number = asked_options(mapping)
    if not number:
        return []
    return [_new_options(number, by)]


def _new_options(number: int, by: Actor) -> Count:
    return Count(formats(by).number(number), ngettext("new option", "new options", number), "good")


def more_failed(failed: int, by: Actor) -> str:
    """How many rows fail beyond those that a page tells of, or nothing."""
    more = failed - MOST_FAILURES
    if more <= 0:
        return ""
    return ngettext(
        "%(n)s more row fails.", "%(n)s more rows fail.", more, n=formats(by).number(more)
    )


def counts_of(told: Outcome | ImportRun, by: Actor) -> list[Count]:
    """How many rows became what."""
    write: Any = formats(by).number
    shown = (
        (told.created, gettext("new records"), "good"),
        (told.updated, gettext("updated"), "good"),
        (told.skipped, gettext("unchanged or left out"), ""),
        (told.duplicate, gettext("there already"), "warn"),
        (told.failed, gettext("failed"), "bad"),
        (told.asked, gettext("to be approved"), "warn"),
    )
    counts = [Count(write(number), label, tone if number else "") for number, label, tone in shown]
    for kind, number in sorted(told.made.items()):
        along = Count(write(number), _made_along(kind), "good") if kind != OPTION else None
        counts.insert(-1, along or _new_options(number, by))
    if told.left_out:
        label = ngettext("row left out", "rows left out", told.left_out)
        counts.insert(-1, Count(write(told.left_out), label))
    if told.joined:
        label = ngettext("further line", "further lines", told.joined)
        counts.insert(1, Count(write(told.joined), label, "good"))
    if told.noted:
        label = ngettext("follow-up noted", "follow-ups noted", told.noted)
        counts.insert(-1, Count(write(told.noted), label, "good"))
    return counts


def _made_along(kind: str) -> str:
    """What was referred to, or tells of rows, and was not there."""
    many = _("Tags") if kind == "tag" else registry().type(kind).words.many
    return gettext("%(what)s made along", what=many)


def problems(failures: Sequence[Failure], mapping: Mapping, table: Table) -> list[Problem]:
    """What stands against rows, a line for each column; its text can be mended where it has one."""
    places = {name: at for at, name in enumerate(table.names)}
    used = {column.source for column in mapping.used}
    found = []
    for failure in failures:
        for place, reason in failure.errors.items():
            at = places.get(place)
            text = failure.cells[at].strip() if at is not None and at < len(failure.cells) else ""
            can_fix = at is not None and place in used and text and len(text) <= 1000
            found.append(
                Problem(
                    str(failure.line),
                    "" if place == WHOLE_ROW else place,
                    text,
                    reason,
                    f"f{at}:{text}" if can_fix else "",
                )
            )
    return found
