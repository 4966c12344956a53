"""The order in which groups stand: their own, or by the first measure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.records.query.by_value import ordered_values
from app.reports.engine.kinds import DATES, NUMBERS
from app.reports.engine.labels import label_of
from app.reports.engine.meaning import Dimension
from app.reports.engine.result import LAST, VALUE, Member, Result

Key = Callable[[Member], Any]


def labels_of(result: Result, number: int, by: Actor) -> list[tuple[Member, str]]:
    """The groups of a dimension in their order, each with its name.

    The others stand behind those that are named, then what may not be opened, then the empty.
    """
    dimension = result.dimensions[number]
    named = {one: label_of(dimension, one, by) for one in result.members[number]}
    own = _own_order(dimension, named, by)
    by_size = dimension.asked.sort or ("most" if result.is_cut else "")
    first = _by_size(result, number, downwards=by_size == "most") if by_size else own

    def key(member: Member) -> tuple[Any, ...]:
        place = LAST.index(member.state)
        return (place, first(member), own(member)) if member.state == VALUE else (place,)

    return [(one, named[one]) for one in sorted(named, key=key)]


def _by_size(result: Result, number: int, *, downwards: bool) -> Key:
    """The order of the first measure; what has none stands last."""

    def key(member: Member) -> tuple[bool, Any]:
        place = tuple(member if n == number else None for n in range(len(result.dimensions)))
        found: Any = result.at(place)[0]
        if found is None:
            return True, 0
        size = found.toordinal() if isinstance(found, date) else found
        return False, -size if downwards else size

    return key


def _own_order(dimension: Dimension, named: dict[Member, str], by: Actor) -> Key:
    """The order of the values themselves: time, options as they stand, titles."""
    if dimension.field.to:
        return lambda one: (one.order is None, str(one.order or ""), fold(one.title))
    if dimension.kind in (*DATES, *NUMBERS):
        return lambda one: one.value
    if dimension.kind in ("choice", "country", "flag"):
        known = ordered_values(dimension.meant.of, dimension.field, by)
        places = {value: place for place, value in enumerate(known)}
        return lambda one: (places.get(one.value, len(places)), named[one])
    return lambda one: fold(named[one])
