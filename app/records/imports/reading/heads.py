"""Where the head of a table stands, and what its columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.addresses import is_address
from app.records.imports.reading.limits import MOST_COLUMNS

LONGEST_NAME = 200  # Characters of a column's name; what stands behind them is no name.
ABOVE = 8  # Rows of title and instructions that a head may stand below.
VALUE = re.compile(r"[+(]?\d[\d\s().:/+-]{3,}|\d{4}-\d\d-\d\d.*|-?[\d.,]+")


def find_skip(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the head: empty ones, and titles beside which nothing stands."""
    counts = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual = median(one for one in counts if one) if any(counts) else 0
    return next((at for at, one in enumerate(counts[:ABOVE]) if one and one * 2 >= usual), 0)


def looks_like_head(row: Sequence[str]) -> bool:
    """False where a cell is a value rather than a name: an address, a number, a date."""
    texts = [cell.strip() for cell in row]
    return not any(is_address(text) or VALUE.fullmatch(text) for text in texts)


def letters(at: int) -> str:
    """What a spreadsheet calls the column at `at`, counted from 0: A, B ... Z, AA."""
    found, at = "", at + 1
    while at:
        at, rest = divmod(at - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_names(head: Sequence[str], width: int) -> tuple[str, ...]:
    """Names of `width` columns from their head: empty ones get letters, doubled ones a number.

    Refused when there are too many.
    """
    if width > MOST_COLUMNS:
        raise Refused(
            _(
                "This file has %(n)s columns; at most %(limit)s can be imported.",
                n=width,
                limit=MOST_COLUMNS,
            )
        )
    names: dict[str, None] = {}
    for at in range(width):
        text = " ".join(head[at].split())[:LONGEST_NAME] if at < len(head) else ""
        name = wanted = text or letters(at)
        number = 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names[name] = None
    return tuple(names)


def width_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many columns there are: as far as the head has names or most rows have texts."""
    return max(_filled(head), int(median(map(_filled, rows))) if rows else 0)


def _filled(row: Sequence[str]) -> int:
    """The number of cells up to the last that holds a text."""
    return next((at + 1 for at in range(len(row) - 1, -1, -1) if row[at].strip()), 0)
