"""The rows of an import that failed, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import sees
from app.records.imports.beside_lines import append_lines, read_lines
from app.records.imports.keep import may_read_cells
from app.records.imports.mapping import from_json
from app.records.imports.models import ImportRun
from app.records.imports.outcome import WHOLE_ROW, Failure
from app.records.tailored import tailored
from app.web.sheets import csv_lines


def keep_failures(run: ImportRun, failures: Sequence[Failure], by: Actor) -> None:
    """Write rows that failed behind those that stand; NoSpace when the disk is full."""
    if not failures:
        return
    lines = ([one.line, list(one.cells), dict(one.errors), one.is_left_out] for one in failures)
    run.failures_size = append_lines(run.failures, run.failures_size, lines, by)


def read_failures(run: ImportRun, by: Actor, limit: int | None = None) -> Iterator[Failure]:
    """The rows that failed, in the order of the file; the first `limit` of them.

    From whom a field is kept, of an import that is not theirs, the cells are kept as well, and what
    was said of columns of which they may not see what became.
    """
    stored = islice(read_lines(run.failures, run.failures_size, by), limit)
    failures = (Failure(line, cells, *rest) for line, cells, *rest in stored)
    if may_read_cells(run, by):
        return failures
    told_of, else_said = _told_of(run, by), gettext("Your role does not show you why.")
    return (_without_cells(one, told_of, else_said) for one in failures)


def _told_of(run: ImportRun, by: Actor) -> set[str]:
    """The columns that become nothing but fields that may be seen, by their own texts alone."""
    record_type = tailored(run.record_type, by)
    shown: dict[str, bool] = {}
    for one in from_json(run.mapping).used:
        is_seen = one.field in record_type.by_key and sees(record_type, one.field or "", by)
        is_alone = not one.template and not one.default
        shown[one.source] = shown.get(one.source, True) and is_seen and is_alone
    return {source for source, is_shown in shown.items() if source and is_shown}


def _without_cells(failure: Failure, told_of: set[str], else_said: str) -> Failure:
    said = {at: text if at in told_of else else_said for at, text in failure.errors.items()}
    return Failure(failure.line, (), said)


def failures_csv(run: ImportRun, names: Sequence[str], by: Actor) -> Iterator[str]:
    """The failed rows as CSV, to be mended and given again: their columns, then why and where.

    Why and where alone for whom the cells are kept from, see `read_failures`.
    """
    if not may_read_cells(run, by):
        names = ()
    head = [*names, gettext("Problem"), gettext("Row in the file")]
    rows = (
        [*padded(one.cells, len(names)), told(one), str(one.line)] for one in read_failures(run, by)
    )
    return csv_lines(head, rows)


def padded(cells: Sequence[str], width: int) -> list[str]:
    """Just so many cells."""
    return [*cells[:width], *[""] * (width - len(cells))]


def told(failure: Failure) -> str:
    """Why a row failed, each reason behind its column."""
    return " ".join(_placed(place, text) for place, text in failure.errors.items())


def _placed(place: str, text: str) -> str:
    if place == WHOLE_ROW:
        return text
    return gettext("%(column)s: %(problem)s", column=place, problem=text)
