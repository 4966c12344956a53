"""A report as a file: CSV and Excel, no cell of which is a formula, and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.exports.columns import Column
from app.records.exports.papers import PDF, paper_of
from app.records.exports.xlsx_file import XlsxFile
from app.reports.engine.definition import AVERAGE, COUNT, DISTINCT, RATE, SHARE, Definition
from app.reports.engine.meaning import Measured
from app.reports.engine.result import Result
from app.reports.engine.run import run_report
from app.reports.pages.grid import Grid, csv_rows, grid, head_row, told
from app.reports.pages.paper import table_of
from app.web.sheets import csv_lines

FILES = {
    "csv": "text/csv; charset=utf-8",
    "pdf": PDF,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def made(definition: Definition, name: str, kind: str, by: Actor) -> bytes:
    """The file of a report in the rights of `by`; TooSlow as the report itself."""
    return made_of(run_report(definition, by), definition, name, kind, by)


def made_of(result: Result, definition: Definition, name: str, kind: str, by: Actor) -> bytes:
    """The file of what a report found; Refused where it is more than a paper takes."""
    if kind == "pdf":
        return paper_of(table_of(result, definition, name, by), by)
    found = grid(result, by, is_pivot=definition.shape == "pivot", most=None)
    if kind == "csv":
        return "".join(csv_lines(head_row(found, compared=True), csv_rows(found))).encode()
    return _workbook(result, found, name, by)


def _workbook(result: Result, found: Grid, name: str, by: Actor) -> bytes:
    across = max(len(found.columns), 1)
    times = 2 if found.is_compared else 1
    numbers = [kind for one in result.measures for kind in (_kind(one),) * times]
    kinds = ["text"] * len(found.heads) + numbers * across
    columns = [
        Column(str(at), label, kind, partial(_at, at))
        for at, (label, kind) in enumerate(zip(head_row(found, compared=True), kinds, strict=True))
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        book = XlsxFile(path, columns, name)
        book.write(_cells(found, by))
        book.end()
        return path.read_bytes()


def _cells(found: Grid, by: Actor) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = []
    for line in (*found.lines, found.total):
        heads = list(line.heads)
        if line is found.total:
            heads[:1] = [gettext("All")]
        values = (value for one in line.cells for value in told(one, found))
        rows.append([*heads, *(_cell(value, by) for value in values)])
    return rows


def _cell(value: Any, by: Actor) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(by.zone)
    return round(value, 4) if isinstance(value, Decimal) else value


def _at(at: int, row: Sequence[Any]) -> Any:
    return row[at]


def _kind(measured: Measured) -> str:
    """How a spreadsheet writes a number."""
    if measured.asked.what in (SHARE, RATE):
        return "percent"
    if measured.asked.what in (COUNT, DISTINCT) or measured.field is None:
        return "number"
    if measured.asked.what == AVERAGE and measured.field.kind == "whole":
        return "number"
    return measured.field.kind
