"""Rows as they stand in a file, made a table: the head found, columns named, cells evened out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.reading.heads import column_names, find_skip, looks_like_head, width_of
from app.records.imports.reading.limits import HEAD_LENGTH, HEAD_ROWS
from app.records.imports.table import How


class Source(Protocol):
    """What gives rows as they stand, with how it was found to be read."""

    how: How
    sheets: Sequence[str]

    def raw_rows(self, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Each row with its number; the first `most` of them."""


class Shaped:
    """The table of a source; `is_found` where nobody said yet how its head stands."""

    def __init__(self, source: Source, *, is_found: bool) -> None:
        self._source, self.sheets = source, source.sheets
        first = _whole(first_rows(source.raw_rows(HEAD_ROWS)))
        if not any(cell.strip() for row in first for cell in row):
            raise Refused(_("This file is empty."))
        self.how = _found(source.how, first) if is_found else source.how
        below = first[self.how.skip :]
        head = below[0] if below and self.how.has_header else []
        self._first_row = self.how.skip + (2 if self.how.has_header else 1)
        rows = below[1:] if self.how.has_header else below
        self.names = column_names(head, width_of(head, rows))
        at = enumerate(rows, self._first_row)
        self._sample = [even for _number, row in at if (even := self._even(row)) is not None]
        if not self._sample:
            raise Refused(_("This file has a head but no rows below it."))

    def rows(self, start_at: int = 1) -> Iterator[tuple[int, list[str]]]:
        """The rows from the number `start_at` on."""
        begin = max(start_at, self._first_row)
        for number, row in self._source.raw_rows():
            if number >= begin and (even := self._even(row)) is not None:
                yield number, even

    def sample(self, n: int) -> list[list[str]]:
        """The first rows."""
        return self._sample[:n]

    def _even(self, row: list[str]) -> list[str] | None:
        """A row with a cell for each column, or None when it is empty."""
        width = len(self.names)
        if len(row) < width:
            row = row + [""] * (width - len(row))
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            row = row[:width]
        return row if any(row) and any(cell.strip() for cell in row) else None


def first_rows(rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """These rows with their numbers, up to the one with which they have more than HEAD_LENGTH."""
    found: list[tuple[int, list[str]]] = []
    length = 0
    for number, row in rows:
        found.append((number, row))
        length += sum(map(len, row))
        if length > HEAD_LENGTH:
            break
    return found


def _whole(rows: list[tuple[int, list[str]]]) -> list[list[str]]:
    """The rows by their number, the empty ones between them too."""
    found: list[list[str]] = [[] for _number in range(rows[-1][0])] if rows else []
    for number, row in rows:
        found[number - 1] = row
    return found


def _found(how: How, rows: list[list[str]]) -> How:
    skip = find_skip(rows)
    return replace(how, skip=skip, has_header=looks_like_head(rows[skip]))
