"""Which texts of a column were met already, eight bytes each."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from app.kernel.folding import fold


class Distinct:
    """Tells of rows whether they are the first of their text in one column; see `distinct_by`."""

    def __init__(self, place: int | None) -> None:
        self._place = place
        self._met: set[bytes] = set()

    def is_first(self, cells: Sequence[str]) -> bool:
        """True for a row that counts; one without a text there never does."""
        if self._place is None:
            return True
        text = fold(cells[self._place])
        if not text:
            return False
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        if digest in self._met:
            return False
        self._met.add(digest)
        return True
