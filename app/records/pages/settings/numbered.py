"""Rows of a form that people add to and put in order: inputs called `<rows>.<number>.<part>`.

A number only tells rows apart; their order is that of the inputs. Where no script runs, a button
called `move` (`<rows>.<number>.up`) sends the form to have it back in another order, and one called
`add` to have it back with an empty row.
"""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from app.kernel.language import NATIVE_NAMES, OFFERED, current
from app.kernel.whole import whole

Parts = dict[str, list[str]]
MOST = 500  # Rows of one form; more were made up.


def rows_of(sent: MultiDict[str, str], name: str) -> dict[str, Parts]:
    """The rows called `name` by their number, in the order wished for."""
    found: dict[str, Parts] = {}
    for key in sent:
        rows, _dot, rest = key.partition(".")
        number, dot, part = rest.partition(".")
        if rows == name and dot and whole(number) is not None and len(found) < MOST:
            found.setdefault(number, {})[part] = sent.getlist(key)
    rows, _dot, rest = sent.get("move", "").partition(".")
    number, _dot, direction = rest.partition(".")
    if rows != name:
        return found
    return {one: found[one] for one in moved(list(found), number, direction)}


def moved(rows: Sequence[str], one: str, direction: str) -> list[str]:
    """The same rows with `one` a place further `up` or `down`, as far as there is one."""
    order = list(rows)
    if one in order and direction in ("up", "down"):
        at = order.index(one)
        to = max(0, at - 1) if direction == "up" else at + 1
        order.insert(to, order.pop(at))
    return order


def is_half_way(sent: MultiDict[str, str]) -> bool:
    """True when the form was sent for another row or another order, and not to be kept."""
    return bool(sent.get("move") or sent.get("add"))


def free_number(rows: Sequence[str]) -> str:
    """A number that no row has."""
    return str(max((int(one) for one in rows), default=-1) + 1)


def first(parts: Parts, part: str) -> str:
    """What was typed into the one input of this name."""
    return parts.get(part, [""])[0]


def languages() -> tuple[tuple[str, str], ...]:
    """The languages that texts are written in, each by its own name, the reader's first."""
    ordered = sorted(OFFERED, key=lambda one: one != current())
    return tuple((one, NATIVE_NAMES[one]) for one in ordered)
