"""How large a file is, in words."""

from __future__ import annotations

UNITS = ("kB", "MB", "GB", "TB")


def size_text(size: int | None) -> str:
    """1.4 MB; in thousands, as file managers tell it. Empty for None."""
    if size is None:
        return ""
    if size < 1000:
        return f"{size} B"
    number, unit = size / 1000, 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.{0 if number >= 10 else 1}f} {UNITS[unit]}"
