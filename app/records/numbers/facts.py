"""What a record type declares of the numbers of its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from app.kernel.actor import Actor
from app.kernel.language import Text


class Resets(StrEnum):
    """When numbers begin with 1 again."""

    NEVER = "never"
    YEAR = "year"
    FISCAL = "fiscal"


@dataclass(frozen=True, slots=True)
class Numbered:
    """Records get a number in `field`, a text that no two of them share, unless they bring one.

    `pattern` and `resets` hold until a workspace chooses others; where it `is_on` from the first,
    nobody has to switch it on. Numbers that are `without_gaps` are given one by one as records are
    committed, as law wants it of papers; of all others an import takes a block, and what it does
    not use is left out.
    """

    field: Any
    pattern: str
    resets: Resets = Resets.NEVER
    is_on: bool = False
    without_gaps: bool = True


class Series(Protocol):
    """What is numbered in one row: the records of a type, or something that is no record."""

    @property
    def key(self) -> str:
        """By which its choices and its counters are kept."""

    @property
    def numbered(self) -> Numbered | None:
        """How it is numbered until a workspace chooses otherwise; None where it never is."""


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """A series of what is no record, such as papers of one kind; `key` holds a point.

    `taken(numbers, by)` answers with those of some numbers that are given already, folded.
    """

    key: str
    label: Text
    numbered: Numbered
    taken: Callable[[Sequence[str], Actor], set[str]]


_others: dict[str, OwnSeries] = {}


def offer_series(series: Iterable[OwnSeries]) -> None:
    """Fix the series of what is no record; start-up calls it once per process."""
    _others.clear()
    _others.update({one.key: one for one in series})


def other_series() -> list[OwnSeries]:
    """The series of what is no record, in their order."""
    return list(_others.values())
