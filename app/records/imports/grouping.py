"""Rows of a file put together that are one record: those with the same text in one column.

They may stand apart: what is to come of each is known beforehand, eight bytes for each text. So
memory stays flat as long as few of them are open at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from app.kernel.errors import Refused
from app.kernel.folding import fold
from app.kernel.language import _

MOST = 5_000  # Rows of one record.
MOST_OPEN = 50_000  # Rows that wait for the others of their records.
Numbered = tuple[int, list[str]]
Signs = Mapping[bytes, int]  # The last row of each text whose rows stand apart.


def sign_of(cells: Sequence[str], place: int) -> bytes:
    """By which rows are known to be one record; nothing for a row that stands for itself."""
    text = fold(cells[place])
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest() if text else b""


def stand_apart(rows: Iterable[Numbered], place: int) -> Signs:
    """The texts whose rows do not follow one another, each with the number of its last row."""
    met: set[bytes] = set()
    last: dict[bytes, int] = {}
    before, sign, at = "", b"", 0
    for number, cells in rows:
        if cells[place] != before or not at:
            if sign in last:
                last[sign] = at
            before, sign = cells[place], sign_of(cells, place)
            if sign in met and sign:
                last[sign] = number
            met.add(sign)
        at = number
    if sign in last:
        last[sign] = at
    return last


def groups(
    rows: Iterable[Numbered], place: int, apart: Signs, name: str
) -> Iterator[list[Numbered]]:
    """The rows of one record after those of another, in the order of their last rows.

    Refused where one has more than MOST, or where more than MOST_OPEN would have to wait; `name` is
    what the column is called.
    """
    waiting: dict[bytes, list[Numbered]] = {}
    current: list[Numbered] = []
    text, sign, is_open = "", b"", 0
    for number, cells in rows:
        if not current or cells[place] != text:
            text, before = cells[place], sign
            sign = sign_of(cells, place)
            if current and (sign != before or not sign):
                yield current
                current = []
        elif not sign:
            yield current
            current = []
        if sign not in apart:
            current.append((number, cells))
            _demand_room(current, name)
            continue
        waiting.setdefault(sign, []).append((number, cells))
        is_open += 1
        _demand_room(waiting[sign], name, is_open)
        if number == apart[sign]:
            whole = waiting.pop(sign)
            is_open -= len(whole)
            yield whole
    if current:
        yield current


def _demand_room(rows: Sequence[Numbered], name: str, is_open: int = 0) -> None:
    if len(rows) > MOST:
        told = _("More than %(most)s rows have the same text in “%(name)s”.", most=MOST, name=name)
        raise Refused(told)
    if is_open > MOST_OPEN:
        raise Refused(
            _(
                "Rows with the same text in “%(name)s” stand too far apart in this file. Sort it by"
                " that column and give it again.",
                name=name,
            )
        )
