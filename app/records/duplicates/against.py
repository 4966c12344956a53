"""What speaks against two records that share a weak sign: two people of one name in one firm.

Who has another e-mail and another phone is somebody else. Where either is not known of one of the
two, nothing is said against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from app.records.duplicates.facts import How, Sign
from app.records.duplicates.keys import how_of
from app.records.fields import Attribute
from app.records.types import RecordType

Told = tuple[str, ...]  # What a record tells of the fields of `against`, "" for nothing.


def doubted(record_type: RecordType, seen: Collection[str] | None = None) -> Iterator[Sign]:
    """The signs that something speaks against; of these those all of which `seen` holds."""
    for sign in record_type.signs:
        if sign.against and (seen is None or all(one.key in seen for one in sign.against)):
            yield sign


def told_by(sign: Sign, values: Mapping[str, Any]) -> Told:
    """What a record tells, of its fields as they are kept."""
    return told(values.get(one.key) for one in sign.against)


def told(values: Iterable[Any]) -> Told:
    """What some values tell, each in one spelling."""
    return tuple([str(one or "").strip().lower() for one in values])


def speaks_against(one: Told, other: Told) -> bool:
    """True where both tell everything, and each of it is another."""
    return all(mine and theirs and mine != theirs for mine, theirs in zip(one, other, strict=True))


def leaves_some(attributes: Sequence[Attribute], theirs: ColumnElement[bool]) -> list[Any]:
    """Aggregates over `theirs` of a group, any of which true leaves two that may be the same.

    One does not tell everything, or what is told is the same of two.
    """
    shown = [func.nullif(func.lower(one), "") for one in attributes]
    number = func.count().filter(theirs)
    return [
        func.bool_or(or_(*(one.is_(None) for one in shown))).filter(theirs),
        *(func.count(one.distinct()).filter(theirs) < number for one in shown),
    ]


class Arrivals:
    """Records that come in one after the other, and whether an earlier one is the same."""

    def __init__(self, record_type: RecordType, seen: Collection[str]) -> None:
        self._doubted: Mapping[How, Sign] = {one.how: one for one in doubted(record_type, seen)}
        self._met: dict[int, list[tuple[int, Told]]] = {}

    def met(self, keys: Collection[int], values: Mapping[str, Any]) -> tuple[int, How] | None:
        """The number of the first that shares a key which nothing speaks against, and its sign."""
        for key in keys:
            if key not in self._met:
                continue
            sign = self._doubted.get(how_of(key))
            mine = told_by(sign, values) if sign is not None else ()
            for number, theirs in self._met[key]:
                if sign is None or not speaks_against(mine, theirs):
                    return number, how_of(key)
        return None

    def add(self, number: int, keys: Collection[int], values: Mapping[str, Any]) -> None:
        """Let the later ones meet this; `number` tells which it is."""
        for key in keys:
            sign = self._doubted.get(how_of(key))
            mine = told_by(sign, values) if sign is not None else ()
            self._met.setdefault(key, []).append((number, mine))
