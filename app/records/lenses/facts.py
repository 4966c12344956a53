"""What a record type declares of its board and of its calendar: facts, never control flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.records.fields import Attribute


@dataclass(frozen=True, slots=True)
class Board:
    """How a type stands on a board.

    `columns` are the choices whose options can be its columns, the usual one first; a workspace's
    own choices follow them. `facts` stand on a card below its second line. `next` is the moment of
    what comes next, by which a card has its colour; a `done` moment ends it. `sums` are amounts
    that a column's head adds up. `zones` name declared actions that a card can be dropped on, such
    as won and lost. `stale_after` says after how many days in a value of the usual choice a card is
    marked as stale. With `tells_days` cards tell how long they have been in their column, by
    the moment `since` where the record keeps it. Where the options of the usual choice belong to
    those of the choice `within`, a board shows one group of them at a time. `only` are the
    arguments of a list's address that hold where the address says nothing of these fields.
    """

    columns: tuple[Attribute, ...] = ()
    facts: tuple[Attribute, ...] = ()
    next: Attribute | None = None
    done: Attribute | None = None
    sums: tuple[Attribute, ...] = ()
    zones: tuple[str, ...] = ()
    stale_after: Mapping[str, int] = field(default_factory=dict)
    tells_days: bool = True
    since: Attribute | None = None
    within: Attribute | None = None
    only: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a type stands in a calendar.

    `dates` are the dates and moments at which a record can stand, the usual one first; a
    workspace's own dates follow them. The options of `colour`, a choice, give entries their
    colours. What has a `done` moment is over. `length` is for how many minutes a record lasts that
    stands at the usual date. `given` is what a record holds that is made on a day, besides the day.
    With `in_rail` the rail leads to it.
    """

    dates: tuple[Attribute, ...] = ()
    colour: Attribute | None = None
    done: Attribute | None = None
    length: Attribute | None = None
    given: tuple[tuple[str, str], ...] = ()
    in_rail: bool = False


NO_BOARD = Board()
NO_CALENDAR = Calendar()
