"""What a report found: its groups in their order, and the numbers of each, total included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.reports.engine.columns import HIDDEN
from app.reports.engine.definition import AVERAGE, COUNT, DISTINCT, RATE, SHARE
from app.reports.engine.kinds import DATES
from app.reports.engine.meaning import Dimension, Meaning, Measured

VALUE, OTHERS, UNOPENED, EMPTY = "value", "others", "hidden", "empty"
LAST = (VALUE, OTHERS, UNOPENED, EMPTY)  # In this order they stand.
Number = Decimal | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """One group of a dimension: a value, the others, what may not be opened, or what is empty.

    `title` is that of what a reference points to, `order` what orders those titles.
    """

    state: str
    value: Any = None
    title: str = field(default="", compare=False)
    order: Any = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """Its value as an address writes it."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, Decimal):
            return f"{self.value.normalize():f}"
        return "" if self.value is None else str(self.value)


Place = tuple[Member | None, ...]  # A group of each dimension; None for all of them together.
Cells = Mapping[Place, tuple[Number, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """The numbers of a report, one for each measure, by place.

    `members` are the groups of each of `dimensions`, in no order yet (see `labels`). `before` are
    the numbers of the time that it is compared with. With `is_cut` there were too many groups: the
    largest of the first dimension are there, and the totals of all.
    """

    meaning: Meaning
    dimensions: tuple[Dimension, ...]
    members: tuple[tuple[Member, ...], ...]
    cells: Cells
    before: Cells | None
    is_cut: bool
    as_of: datetime

    @property
    def measures(self) -> tuple[Measured, ...]:
        """What each number is."""
        return self.meaning.measures

    @property
    def whole(self) -> Place:
        """The place of the total."""
        return (None,) * len(self.dimensions)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The names of what of the report its reader may not see."""
        return self.meaning.hidden

    @property
    def has_several(self) -> bool:
        """True where one record can stand in several groups, and the total counts it once."""
        return any(one.is_many for one in self.dimensions)

    @property
    def members_met(self) -> int:
        """How many groups there are; without groups, one where something was counted."""
        if self.dimensions:
            return sum(len(one) for one in self.members)
        return int(any(self.at(self.whole)) or any(self.then(self.whole) or ()))

    @property
    def today(self) -> date:
        """The firm's day on which it was counted."""
        return self.as_of.astimezone(self.meaning.firm.zone).date()

    def is_to_come(self, place: Place) -> bool:
        """True of a group of days that lie ahead, such as the rest of this month."""
        return any(
            member is not None
            and isinstance(member.value, date)
            and member.value > self.today
            and one.kind in DATES
            for one, member in zip(self.dimensions, place, strict=True)
        )

    def at(self, place: Place) -> tuple[Number, ...]:
        """The numbers of a place; where nothing is, none."""
        return self.cells.get(place) or nothing(self.measures)

    def then(self, place: Place) -> tuple[Number, ...] | None:
        """The numbers of the time before, where the report compares."""
        if self.before is None:
            return None
        return self.before.get(place) or nothing(self.measures)


def nothing(measures: Sequence[Measured]) -> tuple[Number, ...]:
    """The numbers of a group without a record: counts are zero, and nothing else is known."""
    return tuple(0 if one.asked.what in (COUNT, DISTINCT) else None for one in measures)


Row = Mapping[str, Any]


def assemble(
    meaning: Meaning,
    rows: Sequence[Row],
    rows_before: Sequence[Row] | None,
    as_of: datetime,
    *,
    is_cut: bool,
) -> Result:
    """The result of a report from the rows of its statement, and of that of the time before."""
    dimensions = meaning.dimensions[:1] if is_cut else meaning.dimensions
    cells = _cells(meaning, rows, len(dimensions))
    before = None
    if rows_before is not None:
        before = _cells(meaning, rows_before, len(dimensions))
    found: list[dict[Member, None]] = [{} for _one in dimensions]
    for place in (*cells, *(before or ())):
        for number, member in enumerate(place):
            if member is not None:
                found[number].setdefault(member)
    members = tuple(tuple(one) for one in found)
    return Result(meaning, dimensions, members, cells, before, is_cut, as_of)


def _cells(meaning: Meaning, rows: Iterable[Row], kept: int) -> dict[Place, tuple[Number, ...]]:
    size, parts = len(meaning.dimensions), {}
    for row in rows:
        level = row["level"]
        above = [bool(level >> (size - 1 - number) & 1) for number in range(size)]
        if not all(above[kept:]):
            continue
        place = tuple(
            None if above[number] else _member(one, row, number)
            for number, one in enumerate(meaning.dimensions[:kept])
        )
        parts[place] = row
    whole = parts.get((None,) * kept)
    return {place: _numbers(meaning, row, whole) for place, row in parts.items()}


def _member(dimension: Dimension, row: Row, number: int) -> Member:
    value = row[f"k{number}"]
    if dimension.is_limited and row[f"o{number}"]:
        return Member(OTHERS)
    if value is None:
        return Member(EMPTY)
    if value == HIDDEN and isinstance(value, UUID):
        return Member(UNOPENED)
    if not dimension.field.to:
        return Member(VALUE, value)
    title = row[f"t{number}"]
    if title is None:  # A colleague whose row is gone.
        return Member(VALUE, value)
    return Member(VALUE, value, str(title), row[f"y{number}"])


def _numbers(meaning: Meaning, row: Row, whole: Row | None) -> tuple[Number, ...]:
    return tuple(_number(one, row, whole, n) for n, one in enumerate(meaning.measures))


def _number(measured: Measured, row: Row, whole: Row | None, number: int) -> Number:
    what, value = measured.asked.what, row[f"m{number}_0"]
    if what in (COUNT, DISTINCT):
        return int(value or 0)
    if what in (AVERAGE, RATE):
        divisor = row[f"m{number}_1"]
        share = _divided(value, divisor)
        return share * 100 if share is not None and what == RATE else share
    if what == SHARE:
        share = _divided(value, whole[f"m{number}_0"] if whole is not None else None)
        return None if share is None else share * 100
    found: Number = value
    return found


def _divided(value: Any, by: Any) -> Decimal | None:
    return None if value is None or not by else Decimal(value) / Decimal(by)
