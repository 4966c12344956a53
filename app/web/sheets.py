"""Tables for spreadsheets: CSV that opens in the reader's letters and runs nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"  # Without it spreadsheets take UTF-8 for the letters of the machine.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
MARK = "'"
NEGATIVE = re.compile(r"-[0-9][0-9,]*(\.[0-9]+)?%?\Z")  # A number below zero computes nothing.


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A head and rows as the text of a CSV file, piece by piece (RFC 4180)."""
    yield BOM + _line(head)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; an apostrophe marks it as plain text.

    What begins with apostrophes before such a sign gets one more, so that `plain_cell` knows. A
    negative number stays the number that it is.
    """
    if NEGATIVE.match(text) or not text.lstrip(MARK).startswith(FORMULA):
        return text
    return f"{MARK}{text}"


def plain_cell(text: str) -> str:
    """The text that `safe_cell` was given."""
    is_marked = text.startswith(MARK) and text.lstrip(MARK).startswith(FORMULA)
    return text[1:] if is_marked else text
