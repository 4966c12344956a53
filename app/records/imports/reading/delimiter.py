"""Which sign parts the cells of a text."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence

from app.kernel.language import Text, _

DELIMITERS: Mapping[str, Text] = {
    ",": _("Comma"),
    ";": _("Semicolon"),
    "\t": _("Tab"),
    "|": _("Vertical bar"),
}
LOOKED_AT = 50  # Rows.


def find_delimiter(lines: Sequence[str], quote: str) -> str:
    """The delimiter by which most of the first rows have the same number of cells, and the most."""
    best, found = (0.0, 0), ","
    for one in DELIMITERS:
        widths = _widths(lines, one, quote)
        if not widths:
            continue
        width, rows = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        score = (rows / widths.total() if width > 1 else 0.0, width)
        if score > best:
            best, found = score, one
    return found


def _widths(lines: Sequence[str], delimiter: str, quote: str) -> Counter[int]:
    """How many of the first rows have how many cells; rows of one line of title are passed over."""
    found: Counter[int] = Counter()
    try:
        for row in csv.reader(lines, delimiter=delimiter, quotechar=quote):
            if row:
                found[len(row)] += 1
            if found.total() >= LOOKED_AT:
                break
    except csv.Error:
        return Counter()  # A quote that this delimiter leaves open.
    return found
