"""What a file made of records tells of them: only who may read all of that gets it.

A file that somebody brought tells nothing that we know of, and is for whoever may read its record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from app.kernel.actor import Actor, FieldAccess, Reach
from app.records.access import readable_keys, within_reach
from app.records.merge.absorbed import survivors
from app.records.registry import registry
from app.records.tailored import tailored

FIELDS, RECORDS = "fields", "records"
EVERY = "*"  # Every field of a type, or every record: of what was made before it was noted.
Tells = Mapping[str, Any]  # As it is kept: fields and ids of records, each by type.


@dataclass(slots=True)
class Uses:
    """What is used of records while something is made of them."""

    fields: dict[str, set[str]] = field(default_factory=dict)
    records: dict[str, set[UUID]] = field(default_factory=dict)

    def note(self, kind: str, *keys: str) -> None:
        """Fields of a type."""
        self.fields.setdefault(kind, set()).update(keys)

    def note_records(self, kind: str, ids: Iterable[UUID]) -> None:
        """Other records than the one that it is made of."""
        self.records.setdefault(kind, set()).update(ids)

    def add(self, other: Uses) -> None:
        """What was used elsewhere."""
        for kind, keys in other.fields.items():
            self.note(kind, *keys)
        for kind, ids in other.records.items():
            self.note_records(kind, ids)

    def kept(self) -> dict[str, Any]:
        """As it lies in JSON."""
        return {
            FIELDS: {kind: sorted(keys) for kind, keys in self.fields.items() if keys},
            RECORDS: {kind: sorted(map(str, ids)) for kind, ids in self.records.items() if ids},
        }


class Telling(Protocol):
    """What may tell of records: a file, a paper, or a line of a list."""

    @property
    def tells(self) -> Tells | None:
        """What it tells."""


T = TypeVar("T", bound=Telling)


MOST_JUDGED = 1_000  # Papers of one record; of older ones, where some are closed, none is listed.


def may_get(one: Telling, by: Actor) -> bool:
    """True for whoever may read all that it tells."""
    return len(open_to([one], by)) == 1


def open_to(rows: Sequence[T], by: Actor) -> list[T]:
    """Those whose fields and records `by` may read; a statement for each type at most."""
    found = [one for one in rows if not one.tells or _sees_fields(one.tells, by)]
    asked: dict[str, set[str]] = {}
    for one in found:
        for kind, ids in (one.tells or {}).get(RECORDS, {}).items():
            asked.setdefault(kind, set()).update(ids)
    barred = {kind: _barred(kind, ids, by) for kind, ids in asked.items()}
    return [
        one
        for one in found
        if not any(
            barred[kind] & set(ids) for kind, ids in (one.tells or {}).get(RECORDS, {}).items()
        )
    ]


def first_open(
    ask: Callable[[ColumnElement[bool]], Sequence[T]],
    model: Any,
    which: Collection[ColumnElement[bool]],
    by: Actor,
    limit: int,
) -> list[T]:
    """The first `limit` rows that `by` may get of what `ask` finds under a condition.

    Asked anew where closed ones took the room of others.
    """
    rows = ask(true())
    found = open_to(rows, by)
    if len(rows) < limit or len(found) == len(rows):
        return found
    return list(ask(only_open(model, by, *which)))


def only_open(model: Any, by: Actor, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those among the rows `which` that `by` may get, as a condition for WHERE; a few statements.

    For lists that are cut or counted: what is closed must neither fill them nor be counted.
    """
    telling = select(model.id, model.tells).where(*which, model.tells.is_not(None))
    newest = by.session.execute(telling.order_by(model.id.desc()).limit(MOST_JUDGED)).all()
    found = [one.id for one in open_to(newest, by)]
    if len(newest) < MOST_JUDGED and len(found) == len(newest):
        return true()
    return or_(model.tells.is_(None), model.id.in_(found))


def _sees_fields(tells: Tells, by: Actor) -> bool:
    return all(_sees_all(kind, keys, by) for kind, keys in tells.get(FIELDS, {}).items())


def _sees_all(kind: str, keys: Sequence[str], by: Actor) -> bool:
    declared = registry().get(kind)
    if declared is None:
        return True  # The module that knew it is gone, and all of its fields.
    if not by.tenant.allows(declared.module) or not by.may(kind, "read"):
        return False
    record_type = tailored(declared, by)
    readable = readable_keys(record_type, by)
    if EVERY in keys:
        return readable >= record_type.by_key.keys()
    # Of a field that is no more, what the role says of it still counts.
    return all(
        one in readable
        if one in record_type.by_key
        else by.rights.field(kind, one) >= FieldAccess.READ
        for one in keys
    )


def _barred(kind: str, ids: set[str], by: Actor) -> set[str]:
    """Those among them that `by` may not read.

    What was merged into another record counts as that one, which has its facts now; what was
    deleted counts as it would if it were brought back. Of what was removed for good nobody knows
    whose it was: it bars nobody.
    """
    declared = registry().get(kind)
    if declared is None or by.rights.reach(kind, "read") is Reach.ALL:
        return set()
    if EVERY in ids:
        return {EVERY}
    record_type = tailored(declared, by)
    model = record_type.model
    told = {UUID(one) for one in ids}
    into = survivors(kind, told, by)
    wanted = {into.get(one, one) for one in told}
    there = select(model.id, within_reach(record_type, by, "read")).where(model.id.in_(wanted))
    closed = {record_id for record_id, is_open in by.session.execute(there) if not is_open}
    return {str(one) for one in told if into.get(one, one) in closed}
