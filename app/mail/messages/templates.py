"""Texts that a firm writes once, for mails: whoever keeps them says how they are found and filled.

This room knows nothing of templates; start-up brings the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Actor
from app.records.model import Record
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Offer:
    """One text that can be taken."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A text filled in for a record; `missing` are the places for which nothing could be said."""

    subject: str
    body: str
    missing: tuple[str, ...] = ()


Find = Callable[[RecordType, Actor], list[Offer]]
Fill = Callable[[UUID, Record, Actor, str], Filled]
Speaks = Callable[[RecordType, Record, Actor], str]

_find: Find = lambda _record_type, _by: []  # noqa: E731  Nothing is kept until start-up says so.
_fill: Fill | None = None
_speaks: Speaks = lambda _type, _record, by: by.tenant.language  # noqa: E731  The same.


def install(find: Find, fill: Fill, speaks: Speaks) -> None:
    """Fix where texts come from, and in whose language; start-up calls it once per process."""
    global _find, _fill, _speaks
    _find, _fill, _speaks = find, fill, speaks


def offers(record_type: RecordType, by: Actor) -> list[Offer]:
    """The texts for mails about records of a type."""
    return _find(record_type, by)


def speaks(record_type: RecordType, record: Record, by: Actor) -> str:
    """The language of whom a record is about."""
    return _speaks(record_type, record, by)


def fill(template_id: UUID, record: Record, by: Actor, language: str = "") -> Filled:
    """One of them for a record that `by` may read, in a language, else that of its customer.

    Missing for none, Refused where it is wrong.
    """
    if _fill is None:
        raise RuntimeError("Start-up did not say where texts come from.")
    return _fill(template_id, record, by, language)
