"""The kinds of file that records go out as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.kernel.language import Text, _
from app.records.exports.columns import Column
from app.records.exports.csv_file import CsvFile
from app.records.exports.xlsx_file import XlsxFile


class Writer(Protocol):
    """A file that is being written; `end` makes it whole, `drop` lets go of what failed."""

    def write(self, rows: Iterable[Any]) -> None:
        """Write rows."""

    def end(self) -> None:
        """Make it whole."""

    def drop(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: `write(path, columns, title)` begins it; `suffix` ends its name."""

    key: str
    label: Text
    text: Text
    suffix: str
    mimetype: str
    write: Callable[[Path, Sequence[Column], str], Writer]


CSV = Format(
    "csv",
    _("CSV"),
    _("A plain table for any program; Excel opens it too."),
    "csv",
    "text/csv; charset=utf-8",
    CsvFile,
)
XLSX = Format(
    "xlsx",
    _("Excel"),
    _("A workbook with real dates and numbers."),
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    XlsxFile,
)
FORMATS: Mapping[str, Format] = {one.key: one for one in (XLSX, CSV)}
