"""The kinds of file that records go out as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.kernel.language import Text, _
from app.records.exports.columns import Column
from app.records.exports.csv_file import CsvFile
from app.records.exports.vcard_file import VcardFile
from app.records.exports.xlsx_file import XlsxFile
from app.records.types import RecordType


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
    """One kind of file: `write(path, columns, type)` begins it; `suffix` ends its name.

    What is no table has no columns to choose.
    """

    key: str
    label: Text
    text: Text
    suffix: str
    mimetype: str
    write: Callable[[Path, Sequence[Column], RecordType], Writer]
    is_table: bool = True


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
VCARD = Format(
    "vcard",
    _("vCard"),
    _("Cards of people for phones and mail programs."),
    "vcf",
    "text/vcard",
    VcardFile,
    is_table=False,
)
FORMATS: Mapping[str, Format] = {one.key: one for one in (XLSX, CSV, VCARD)}
TABLES: Mapping[str, Format] = {one.key: one for one in (XLSX, CSV)}
