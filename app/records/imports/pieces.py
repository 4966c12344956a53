"""A table cut into pieces, each of which is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.records.imports.distinct import Distinct
from app.records.imports.grouping import groups, sign_of, stand_apart
from app.records.imports.mapping import Mapping
from app.records.imports.table import Table

ROWS = 1_000  # Rows of a piece.
LENGTH = 4_000_000  # Characters of a piece; no further row where it has more.
LINES = 5  # Times as many rows where some are one record: half of the work is done by record.
PASSED = 50_000  # Rows left out, so that the progress moves.
Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows to take in, how many between them are left out, and the number of the last of all.

    `after` is the number of the last row before them.
    """

    rows: Sequence[Numbered]
    skipped: int
    line: int
    after: int = 0

    @property
    def size(self) -> int:
        """How many rows of the file it is."""
        return len(self.rows) + self.skipped

    @classmethod
    def of(cls, rows: Sequence[Numbered], table: Table, mapping: Mapping) -> Piece:
        """All of these rows as one piece."""
        distinct = distinct_of(table, mapping)
        kept = [row for row in rows if distinct.is_first(row[1])]
        return cls(kept, len(rows) - len(kept), rows[-1][0] if rows else 0)


def beginning(table: Table, most: int) -> tuple[list[Numbered], bool]:
    """The first rows, at most `most` and those of a piece's length, and whether these are all."""
    found: list[Numbered] = []
    length = 0
    for number, cells in table.rows():
        if len(found) == most or length > LENGTH:
            return found, False
        found.append((number, cells))
        length += sum(map(len, cells))
    return found, True


def distinct_of(table: Table, mapping: Mapping) -> Distinct:
    """What tells of rows whether they are the first of their text in the column that counts."""
    name = mapping.distinct_by
    return Distinct(list(table.names).index(name) if name else None)


def pieces(table: Table, mapping: Mapping, after: int) -> Iterator[Piece]:
    """The rows behind the one with the number `after`, piece by piece."""
    if mapping.group_by:
        yield from _of_groups(table, mapping.group_by, after)
        return
    distinct = distinct_of(table, mapping)
    start = 1 if mapping.distinct_by else after + 1  # What was met before counts as met.
    yield from _cut(table.rows(start), distinct, after)


def without_last_group(rows: list[Numbered], table: Table, mapping: Mapping) -> list[Numbered]:
    """The rows without those of the last record, of which more may follow, unless it is the only
    one.
    """
    if not mapping.group_by or not rows:
        return rows
    place = list(table.names).index(mapping.group_by)
    last = sign_of(rows[-1][1], place)
    return [row for row in rows if sign_of(row[1], place) != last] or rows


def _of_groups(table: Table, name: str, after: int) -> Iterator[Piece]:
    """Pieces of whole records, in the order of their last rows."""
    place = list(table.names).index(name)
    apart = stand_apart(table.rows(), place)
    begin = 1 if apart else after + 1  # Of what stands apart the first rows come again.
    kept: list[Numbered] = []
    line, length, passed = after, 0, after
    for group in groups(table.rows(begin), place, apart, name):
        last = group[-1][0]
        if last <= after:
            continue
        line = last
        kept += group
        length += sum(len(cell) for _number, cells in group for cell in cells)
        if len(kept) >= ROWS * LINES or length > LENGTH:
            yield Piece(kept, 0, line, passed)
            kept, length, passed = [], 0, line
    if kept:
        yield Piece(kept, 0, line, passed)


def until(found: Iterable[Piece], most: int) -> Iterator[Piece]:
    """The pieces up to the one with which `most` rows of the file are reached."""
    read = 0
    for piece in found if most > 0 else ():
        yield piece
        read += piece.size
        if read >= most:
            return


def _cut(rows: Iterable[Numbered], distinct: Distinct, after: int) -> Iterator[Piece]:
    kept: list[Numbered] = []
    skipped, line, length = 0, after, 0
    for number, cells in rows:
        is_first = distinct.is_first(cells)
        if number <= after:
            continue
        line = number
        if is_first:
            kept.append((number, cells))
            length += sum(map(len, cells))
        else:
            skipped += 1
        if len(kept) == ROWS or skipped == PASSED or length > LENGTH:
            yield Piece(kept, skipped, line, after)
            kept, skipped, length, after = [], 0, 0, line
    if kept or skipped:
        yield Piece(kept, skipped, line, after)
