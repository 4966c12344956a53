"""Columns of text on a terminal, where a Chinese character takes the room of two letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

GAP = "  "
WIDE = frozenset({"W", "F"})  # UAX #11, East Asian Width: wide and fullwidth.
WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})  # Marks on the letter before, and joiners.


def plain(text: str) -> str:
    """The text in one line and without control characters, which steer terminals."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(c) else c for c in text)


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(map(_width_of, text))


def pad(text: str, wide: int, *, right: bool = False) -> str:
    """The text filled up to so many columns; a longer one stays whole."""
    filling = " " * (wide - width(text))
    return filling + text if right else text + filling


def table(rows: Sequence[Sequence[object]], *, right: Collection[int] = ()) -> list[str]:
    """The rows as lines whose columns stand below each other; those numbered in `right` flush."""
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return [
        GAP.join(
            pad(cell, widths[number], right=number in right) for number, cell in enumerate(row)
        ).rstrip()
        for row in cells
    ]


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _width_of(character: str) -> int:
    if unicodedata.category(character) in WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in WIDE else 1
