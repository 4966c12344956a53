"""The order of fields for a reader: the parts of a name stand as the language has them."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.language import current

FAMILY, GIVEN = "last_name", "first_name"


def reading_order(keys: Iterable[str]) -> list[str]:
    """Keys of fields, with the given name before the family name outside Chinese."""
    found = list(keys)
    if not current().startswith("zh") and FAMILY in found and GIVEN in found:
        family, given = found.index(FAMILY), found.index(GIVEN)
        if given == family + 1:
            found[family], found[given] = found[given], found[family]
    return found
