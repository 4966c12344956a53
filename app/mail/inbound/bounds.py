"""What a raw mail may have before anybody reads it: lines, parts, headers.

The reader of mails in Python compares each line with the boundary of every part that is open, and
makes an object of each part and header: a mail of two megabytes keeps it busy for half a minute.
"""

from __future__ import annotations

import re

MOST_LINES = 2_000_000
MOST_COMPARED = 10_000_000  # Lines times the boundaries that each may be compared with.
MOST_DIVIDERS = 20_000  # Lines that may begin a part.
LONGEST_HEAD = 512 * 1024  # Bytes of the headers of the mail itself.
BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)
HEAD_END = re.compile(rb"\r?\n\r?\n")


class Broken(Exception):
    """Nothing can be read of it."""


def demand_bounded(content: bytes) -> None:
    """Broken for a mail that was made to keep its reader busy."""
    lines = content.count(b"\n")
    boundaries = sum(1 for _one in BOUNDARY.finditer(content))
    head = HEAD_END.search(content[: LONGEST_HEAD + 4])
    if head is None and len(content) > LONGEST_HEAD:
        raise Broken("Its headers have no end.")
    if lines > MOST_LINES or lines * (2 + boundaries) > MOST_COMPARED:
        raise Broken("It has too many lines.")
    if content.count(b"\n--") > MOST_DIVIDERS:
        raise Broken("It has too many parts.")
