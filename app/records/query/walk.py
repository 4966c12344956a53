"""Lists in the order of something that rows only point at: an option, a colleague, a record.

There is no key in the row to order by: options stand as their picklist has them, and a title is
that of another row. So the values are walked one after the other, and the rows of each by their
id, which an index on (value, id) gives without reading more than a page; `by_value` and
`by_reference` say how. Where rows have a key but may lack it, `by_key` goes through those that
have one. Rows without a value come last, whichever way the list runs.

Where a list has few rows of very many (`few`), no value is walked: its rows are gathered and
sorted, which gives the same ones in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, case, literal, select

from app.kernel.actor import Actor
from app.records.access import live
from app.records.fields import Field
from app.records.query.asked import Query
from app.records.query.cursor import Met
from app.records.query.few import gathered, unindexed
from app.records.query.narrowing import conditions
from app.records.types import RecordType
from app.records.values import as_json

EMPTY = ("empty",)  # The stop of rows without a value.
Stop = tuple[Any, ...]  # Where a row stands in the order: the name of its leg, and its keys there.


@dataclass(frozen=True, slots=True)
class Step:
    """Which way a leg is walked, from where, and how many rows are wanted at most.

    `upwards` says of the list whether it is in the order of its values or against it, `forward` of
    the walk whether it follows the list; `stop` is that of the row `record_id`, where both are
    given, behind which it begins. A step that `gathers` sorts the rows of the list, which are few.
    """

    upwards: bool
    forward: bool
    limit: int
    stop: Stop | None = None
    record_id: UUID | None = None
    gathers: bool = False

    @property
    def rises(self) -> bool:
        """True where values and ids grow on the way."""
        return self.upwards is self.forward

    def beyond(self, key: Any, bound: Any) -> ColumnElement[bool]:
        """What lies behind `bound` on the way."""
        found: ColumnElement[bool] = key > bound if self.rises else key < bound
        return found

    def on_the_way(self, *keys: Any) -> list[ColumnElement[Any]]:
        """ORDER BY of the way."""
        return [key if self.rises else key.desc() for key in keys]


# SELECT of a leg: `id` first, then the keys of its stop.
Leg = Callable[[Step], Select[Any]]


@dataclass(frozen=True, slots=True)
class Walk:
    """An order by `field`: its legs in the order of the list, by the name of their stops.

    `read` makes a stop of what a cursor holds (ValueError or TypeError when it is none), `stop_of`
    finds that of a record. `has_few` tells whether the list has so few rows that they are gathered.
    """

    field: Field
    upwards: bool
    legs: Sequence[tuple[str, Leg]]
    read: Callable[[Any], Stop]
    stop_of: Callable[[UUID], Stop]
    has_few: Callable[[], bool]


def walk(
    walked: Walk, by: Actor, limit: int, at: tuple[Stop, UUID] | None, *, forward: bool = True
) -> list[Met]:
    """The next rows on the way from `at`, or from the beginning; at most `limit`.

    One statement, and another where a leg ends before they are found.
    """
    legs = list(walked.legs) if forward else list(reversed(walked.legs))
    if at is not None:
        names = [name for name, _leg in legs]
        legs = legs[names.index(at[0][0]) :]
    gathers = walked.has_few()
    met: list[Met] = []
    for name, leg in legs:
        step = Step(walked.upwards, forward, limit - len(met), gathers=gathers)
        if at is not None and name == at[0][0]:
            step = Step(walked.upwards, forward, limit, *at, gathers=gathers)
        rows = by.session.execute(leg(step))
        met += [Met([name, *map(as_json, row[1:])], row[0]) for row in rows]
        if len(met) >= limit:
            break
    return met


def rows_in(
    record_type: RecordType, asked: Query, by: Actor, step: Step, *within: ColumnElement[bool]
) -> Select[Any]:
    """The ids of a list's rows within one value, in the order of the way; no more than wanted."""
    model = record_type.model
    if step.gathers:
        found = select(model.id).where(*gathered(record_type, asked, by), *within)
        return found.order_by(*step.on_the_way(unindexed(model.id))).limit(step.limit)
    found = select(model.id).where(*conditions(record_type, asked, by), *within)
    return found.order_by(*step.on_the_way(model.id)).limit(step.limit)


def behind(step: Step, row_id: Any, is_same: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Rows behind the stop's own where their value is that of the stop (`is_same`)."""
    if step.record_id is None:
        return []
    start = UUID(int=0) if step.rises else UUID(int=2**128 - 1)
    bound = case((is_same, literal(step.record_id, Uuid())), else_=literal(start, Uuid()))
    return [step.beyond(row_id, bound)]


def without_value(
    record_type: RecordType, asked: Query, by: Actor, value: ColumnElement[Any]
) -> Leg:
    """The leg of rows without a value."""

    def leg(step: Step) -> Select[Any]:
        within: list[ColumnElement[bool]] = [value.is_(None)]
        if step.record_id is not None:
            within.append(step.beyond(record_type.model.id, step.record_id))
        return rows_in(record_type, asked, by, step, *within)

    return leg


def values_met(record_type: RecordType, field: Field) -> Any:
    """Each value that living records hold, found by one look into the index for each."""
    value = field.expression
    base = live(record_type), value.is_not(None)
    least = select(value.label("value")).where(*base).order_by(value).limit(1)
    met = select(least.scalar_subquery().label("value")).cte("met", recursive=True)
    after = select(value).where(*base, value > met.c.value).order_by(value).limit(1)
    hop = select(after.scalar_subquery().correlate(met)).where(met.c.value.is_not(None))
    return met.union_all(hop)
