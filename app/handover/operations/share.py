"""Working out who gets which record: one statement for each record type, however many rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.handover.models import ALONG, REST, HandoverRow, Outcome
from app.handover.rules import Plan, Rule
from app.kernel.actor import Actor
from app.records.access import live, readable_keys
from app.records.filters.conditions import where
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

COLUMNS = ("handover_id", "record_type", "record_id", "to_id", "rule", "outcome")


def held_by(record_type: RecordType, user_id: UUID) -> list[ColumnElement[bool]]:
    """The WHERE of what somebody holds of a type: their own records that are not done.

    What is done stays in the name of who did it: it is history and no work.
    """
    model = record_type.model
    done = record_type.board.done or record_type.calendar.done
    is_open = [] if done is None else [done.is_(None)]
    return [model.owner_id == user_id, live(record_type), *is_open]


def holds_anything(user_id: UUID, by: Actor) -> bool:
    """True while somebody owns something that others would miss."""
    held = (exists(select(literal(1)).where(*held_by(one, user_id))) for one in switched_on(by))
    return bool(by.session.scalar(select(or_(false(), *held))))


def count_held(user_id: UUID, by: Actor) -> dict[str, int]:
    """How many records of each type somebody holds, in one statement; none are left out."""
    types = switched_on(by)
    numbers = [
        select(func.count()).select_from(one.model).where(*held_by(one, user_id)).scalar_subquery()
        for one in types
    ]
    row = by.session.execute(select(*numbers)).one()
    return {one.key: number for one, number in zip(types, row, strict=True) if number}


def share_out(handover_id: UUID, user_id: UUID, plan: Plan, by: Actor) -> None:
    """Write a row for each record that goes along, with who gets it.

    Types stand in an order in which what others refer to comes first, so that what belongs to a
    customer goes where the customer goes.
    """
    for record_type in switched_on(by):
        shared = _shared(handover_id, user_id, tailored(record_type, by), plan, by)
        by.session.execute(insert(HandoverRow).from_select(COLUMNS, shared))


def _shared(
    handover_id: UUID, user_id: UUID, record_type: RecordType, plan: Plan, by: Actor
) -> Select[Any]:
    model: Any = record_type.model
    readable = readable_keys(record_type, by)
    rules = plan.of(record_type.key)
    ways = [(_holds(record_type, rule, by, readable), place) for place, rule in rules]
    place = case(*ways, else_=REST) if ways else literal(REST)
    along = _along(record_type, handover_id)
    followed = along if along is not None else null().cast(Uuid)
    held = (
        select(
            model.id.label("record_id"),
            place.label("place"),
            followed.label("along"),
            func.row_number().over(partition_by=place, order_by=model.id).label("n"),
        )
        .where(*held_by(record_type, user_id))
        .subquery()
    )
    rest = literal(plan.rest_to_id, Uuid)
    turns = [(held.c.place == at, _evenly(rule, held.c.n)) for at, rule in rules]
    otherwise = func.coalesce(held.c.along, rest)
    to = case(*turns, else_=otherwise) if turns else otherwise
    why = case((and_(held.c.place == REST, held.c.along.is_not(None)), ALONG), else_=held.c.place)
    found = select(
        literal(handover_id),
        literal(record_type.key),
        held.c.record_id,
        to.label("to_id"),
        why,
        literal(int(Outcome.WAITING)),
    ).select_from(held)
    # Who stays and names nobody for the rest keeps it.
    return found if plan.leaves else found.where(to.is_not(None))


def _holds(
    record_type: RecordType, rule: Rule, by: Actor, readable: frozenset[str]
) -> ColumnElement[bool]:
    return and_(literal(value=True), *where(record_type, rule.filters, by, readable))


def _evenly(rule: Rule, n: ColumnElement[int]) -> ColumnElement[Any]:
    """Whose turn it is: the records of a rule go round by their ids, which follow time."""
    count = len(rule.to)
    turns = [(func.mod(n - 1, count) == at, literal(one, Uuid)) for at, one in enumerate(rule.to)]
    return case(*turns)


def _along(record_type: RecordType, handover_id: UUID) -> ColumnElement[Any] | None:
    """Who gets the customer that a record belongs to, when that changes hands too."""
    found = []
    for key, to in references(record_type):
        row = aliased(HandoverRow)
        found.append(
            select(row.to_id)
            .where(
                row.handover_id == handover_id,
                row.record_type == to,
                row.record_id == getattr(record_type.model, key),
            )
            .scalar_subquery()
        )
    if not found:
        return None
    return func.coalesce(*found) if len(found) > 1 else found[0]


def references(record_type: RecordType) -> Iterator[tuple[str, str]]:
    """The references with which a record goes along, the nearest first, and their types."""
    named = [
        *([record_type.account] if record_type.account is not None else []),
        *record_type.through,
    ]
    for key in dict.fromkeys(one.key for one in named):
        field = record_type.by_key.get(key)
        if field is not None and field.to not in (None, "user", record_type.key):
            yield key, str(field.to)
