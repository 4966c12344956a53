"""A table as CSV: UTF-8 with a mark that Excel knows, RFC 4180, and no cell that is a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from app.records.exports.columns import Cell, Column
from app.records.types import RecordType
from app.web.sheets import BOM, safe_cell


class CsvFile:
    """A CSV file that is being written."""

    def __init__(self, path: Path, columns: Sequence[Column], _type: RecordType) -> None:
        self._reads = [one.read for one in columns]
        # A line may not be translated: it ends in CR LF on every machine.
        self._file: TextIOWrapper = path.open("w", encoding="utf-8", newline="")
        self._file.write(BOM)
        self._csv = csv.writer(self._file)
        self._csv.writerow([safe_cell(one.label) for one in columns])

    def write(self, rows: Iterable[Any]) -> None:
        """Write rows as `which.rows_of` gives them."""
        reads = self._reads
        self._csv.writerows([_told(read(row)) for read in reads] for row in rows)

    def end(self) -> None:
        """Write what is still in hand."""
        self._file.close()

    def drop(self) -> None:
        """Let go of a file that will not be kept."""
        try:
            self._file.close()
        except OSError:
            return  # The disk was full, and this is told already.


def _told(cell: Cell) -> str:
    """A cell as it stands in the file: numbers plain, dates and moments ISO 8601."""
    if cell is None:
        return ""
    if type(cell) is str:
        return safe_cell(cell)
    return WRITERS.get(type(cell), str)(cell)


WRITERS: dict[type, Callable[[Any], str]] = {
    Decimal: lambda value: f"{value:f}",
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: lambda value: value.isoformat(timespec="seconds"),
    date: date.isoformat,
    time: lambda value: time.isoformat(value, timespec="minutes"),
    int: str,
}
