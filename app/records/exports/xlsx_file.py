"""A table as a workbook of Excel: real dates and numbers, and never a formula or a link.

Rows go to disk as they come, so memory stays flat. Where a sheet is full, the next one goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from app.records.exports.columns import Column
from app.records.types import RecordType

MOST_ROWS = 1_048_575  # Of one sheet, below its head.
LONGEST_CELL = 32_767  # Characters.
LONGEST_NAME = 31  # Characters of a sheet's name.
EARLIEST_YEAR = 1900  # Before it Excel knows no dates.
EXACT = 15  # Digits of a number that Excel keeps; what has more goes out as text.
BEYOND = Decimal(10) ** 11  # With four decimals, numbers below have no more digits than that.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_IN_NAME = re.compile(r"[\[\]:*?/\\]")
FORMATS = {
    "moment": "yyyy-mm-dd hh:mm",
    "day": "yyyy-mm-dd",
    "time": "hh:mm",
    "money": "#,##0.00##",
    "amount": "#,##0.00##",
    "number": "#,##0.######",
    "percent": '0.##"%"',
}
WIDTHS = {"long_text": 48, "moment": 17, "day": 12, "time": 9, "text": 26, "flag": 9, "url": 32}
USUAL_WIDTH = 18


class XlsxFile:
    """A workbook that is being written."""

    def __init__(self, path: Path, columns: Sequence[Column], of: RecordType | str) -> None:
        self._columns = columns
        self._title = of if isinstance(of, str) else str(of.words.many)
        # Beside the file, so that one disk holds all and what is left over is swept with it.
        self._scratch = TemporaryDirectory(dir=path.parent, prefix="rows-")
        options = {
            "constant_memory": True,
            "tmpdir": self._scratch.name,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._formats = {
            kind: self._book.add_format({"num_format": one}) for kind, one in FORMATS.items()
        }
        self._plain = self._book.add_format({})
        # A day that stands among moments looks like a day.
        self._writers = {**WRITERS, date: self._write_day}
        self._sheets = 0
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = NOT_IN_NAME.sub(" ", self._title)
        number = f" {self._sheets}" if self._sheets > 1 else ""
        self._sheet = self._book.add_worksheet(name[: LONGEST_NAME - len(number)] + number)
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(self._columns):
            self._sheet.set_column(at, at, WIDTHS.get(column.kind, USUAL_WIDTH))
            self._sheet.write_string(0, at, column.label, self._bold)
        self._row = 0
        self._cells = [
            (at, one.read, self._formats.get(one.kind, self._plain))
            for at, one in enumerate(self._columns)
        ]

    def write(self, rows: Iterable[Any]) -> None:
        """Write rows as `which.rows_of` gives them."""
        for row in rows:
            if self._row == MOST_ROWS:
                self._begin_sheet()
            self._row += 1
            sheet, at_row = self._sheet, self._row
            for at, read, look in self._cells:
                cell = read(row)
                if cell is not None and cell != "":
                    self._writers[type(cell)](sheet, at_row, at, cell, look)

    def _write_day(self, sheet: Any, row: int, at: int, cell: date, _look: Any) -> None:
        _day(sheet, row, at, cell, self._formats["day"])

    def end(self) -> None:
        """Put the workbook together; OSError when the disk is full."""
        try:
            self._book.close()
        except FileCreateError as error:
            cause = error.args[0] if error.args else None
            raise (cause if isinstance(cause, OSError) else error) from None
        self._scratch.cleanup()

    def drop(self) -> None:
        """Let go of a workbook that will not be kept."""
        for sheet in self._book.worksheets():
            with suppress(OSError, ValueError):
                sheet.row_data_fh.close()
        self._scratch.cleanup()


def _text(sheet: Any, row: int, at: int, cell: str, _look: Any) -> None:
    if NOT_IN_XML.search(cell):
        cell = NOT_IN_XML.sub("", cell)
    sheet.write_string(row, at, cell[:LONGEST_CELL])


def _decimal(sheet: Any, row: int, at: int, cell: Decimal, look: Any) -> None:
    if abs(cell) >= BEYOND and len(cell.normalize().as_tuple().digits) > EXACT:
        sheet.write_string(row, at, f"{cell:f}")
    else:
        sheet.write_number(row, at, cell, look)


def _whole(sheet: Any, row: int, at: int, cell: int, look: Any) -> None:
    if abs(cell) >= 10**EXACT:
        sheet.write_string(row, at, str(cell))
    else:
        sheet.write_number(row, at, cell, look)


def _moment(sheet: Any, row: int, at: int, cell: datetime, look: Any) -> None:
    if cell.year < EARLIEST_YEAR:
        sheet.write_string(row, at, cell.isoformat(timespec="seconds"))
    else:  # Excel knows no zones: the clock is that of the firm.
        sheet.write_datetime(row, at, cell.replace(tzinfo=None), look)


def _day(sheet: Any, row: int, at: int, cell: date, look: Any) -> None:
    if cell.year < EARLIEST_YEAR:
        sheet.write_string(row, at, cell.isoformat())
    else:
        sheet.write_datetime(row, at, cell, look)


def _clock(sheet: Any, row: int, at: int, cell: time, look: Any) -> None:
    sheet.write_datetime(row, at, cell, look)


def _flag(sheet: Any, row: int, at: int, cell: bool, _look: Any) -> None:
    sheet.write_boolean(row, at, cell)


WRITERS: dict[type, Any] = {
    str: _text,
    Decimal: _decimal,
    int: _whole,
    datetime: _moment,
    date: _day,
    time: _clock,
    bool: _flag,
}
