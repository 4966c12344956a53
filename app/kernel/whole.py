"""Whole numbers that an address or a form spells."""

from __future__ import annotations

LONGEST = 9  # Digits; no number of ours has more, and longer ones cost a server time to read.


def whole(text: str, longest: int = LONGEST) -> int | None:
    """The number that at most `longest` digits spell, or None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= longest
    return int(text) if is_number else None
