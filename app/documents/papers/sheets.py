"""How a table fits on paper: upright, turned, or turned and in parts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from app.records.exports.papers import TablePaper

UPRIGHT, TURNED = 168, 255  # Millimetres between the margins of a sheet.
LETTER, PADDING = 1.7, 4.0  # Of a narrow letter; beside each cell.
LONGEST_NAME = 42.0  # What is longer goes on below.
LEAST_ROOM = 60.0  # For numbers beside the names, however long these are.


def sheets_of(table: TablePaper) -> tuple[bool, list[list[int]]]:
    """Whether sheets are turned, and the columns of each part of the table by their places."""
    widths = _widths(table)
    every = list(range(len(widths)))
    if sum(widths) <= UPRIGHT:
        return False, [every]
    if sum(widths) <= TURNED:
        return True, [every]
    names = every[: table.names]
    room = max(TURNED - sum(widths[at] for at in names), LEAST_ROOM)
    parts: list[list[int]] = []
    left = 0.0
    for at in every[table.names :]:
        if not parts or widths[at] > left:
            parts.append(list(names))
            left = room
        parts[-1].append(at)
        left -= widths[at]
    return True, parts or [names]


def _widths(table: TablePaper) -> list[float]:
    """How wide each column is: numbers are not broken, names are where they are long."""
    found = []
    for at, column in enumerate(table.columns):
        cells = [row.cells[at] for row in table.rows]
        cells += [table.totals[at]] if table.totals else []
        lines = [line for cell in cells for line in cell.split("\n")]
        widest = max((_wide(one) for one in lines), default=0.0)
        if not column.number:
            widest = min(widest, LONGEST_NAME)
        head = min(max((_wide(one) for one in column.label.split()), default=0.0), LONGEST_NAME)
        found.append(max(widest, head) + PADDING)
    return found


def _wide(text: Sequence[str]) -> float:
    return sum(LETTER * (2 if unicodedata.east_asian_width(one) in "WF" else 1) for one in text)
