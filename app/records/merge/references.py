"""References to merged records: each field that points to one points to the survivor instead.

The rows that refer are moved in a few statements, however many there are, with an event each, as by
an edit of that field. Whoever merges needs no right on them: they stay what they were, of a record
that goes by another id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select, update

from app.events import event_row
from app.events.copy import copy_events
from app.kernel.actor import Actor
from app.records.custom.models import CustomField
from app.records.duplicates.keep import keep_keys, tells_sign
from app.records.merge.models import Merge, MergeMove
from app.records.registry import registry
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Place:
    """One field that refers to records of the merged type; `own` where it lies in `custom`."""

    record_type: RecordType
    key: str
    own: bool = False

    @property
    def name(self) -> str:
        """How the journal calls it."""
        return f"{self.record_type.key}.{self.key}"

    @property
    def _table(self) -> Any:
        return self.record_type.model.__table__

    def target(self) -> Any:
        """What it refers to, comparable with `as_stored`."""
        if self.own:
            return self._table.c.custom[self.key].astext
        return self._table.c[self.key]

    def as_stored(self, record_id: UUID) -> Any:
        """An id as `target` holds it."""
        return str(record_id) if self.own else record_id

    def put(self, record_id: UUID) -> dict[str, Any]:
        """What an UPDATE sets, so that it refers to this record."""
        if not self.own:
            return {self.key: record_id}
        new = func.to_jsonb(cast(str(record_id), Text))
        return {"custom": func.jsonb_set(self._table.c.custom, f"{{{self.key}}}", new)}


def places(record_type: RecordType, by: Actor) -> Iterator[Place]:
    """Every field of every type that refers to this one, retired own fields too."""
    for other in registry():
        for field in other.fields:
            if field.to == record_type.key:
                yield Place(other, field.key)
    own = select(CustomField.record_type, CustomField.key, CustomField.settings).where(
        CustomField.kind == "reference"
    )
    for kind, key, settings in by.session.execute(own).all():
        holder = registry().get(kind)
        if holder is not None and settings.get("to") == record_type.key:
            yield Place(holder, key, own=True)


def move_references(
    merge: Merge, record_type: RecordType, absorbed: Collection[UUID], by: Actor
) -> None:
    """Let everything that refers to merged records refer to the survivor; `by` is in its batch."""
    family = (merge.survivor_id, *absorbed)
    for place in places(record_type, by):
        moved: dict[UUID, list[UUID]] = {}
        table = place.record_type.model.__table__
        outside = table.c.id.not_in(family) if place.record_type.key == record_type.key else True
        # In two halves, as the indexes of references hold the living rows and those of the bin.
        for half in (table.c.deleted_at.is_(None), table.c.deleted_at.is_not(None)):
            named = (place.target().in_([place.as_stored(one) for one in absorbed]), outside, half)
            for row_id, was in _point(place, named, merge.survivor_id, by):
                moved.setdefault(was, []).append(row_id)
        for was, ids in moved.items():
            _journal(merge, place.name, was, [str(one) for one in ids], by)


def put_references_back(
    merge: Merge, record_type: RecordType, moves: Collection[MergeMove], by: Actor
) -> None:
    """Let what was moved refer to what it did before, except what refers elsewhere by now."""
    known = {place.name: place for place in places(record_type, by)}
    for move in moves:
        place = known.get(move.place)
        if place is not None:
            table: Any = place.record_type.model.__table__
            named = (
                table.c.id.in_([UUID(one) for one in move.moved]),
                place.target() == place.as_stored(merge.survivor_id),
            )
            _point(place, named, move.was_id, by)


def _point(place: Place, named: tuple[Any, ...], to: UUID, by: Actor) -> list[tuple[UUID, UUID]]:
    """Let some rows refer to `to`; answers with them and what each referred to before."""
    table: Any = place.record_type.model.__table__
    old = select(table.c.id, place.target().label("was")).where(*named).with_for_update().cte("old")
    account = place.record_type.account
    told = table.c[account.key] if account is not None else table.c.id
    rows = by.session.execute(
        update(table)
        .where(table.c.id == old.c.id)
        .values(
            **place.put(to),
            version=table.c.version + 1,
            updated_at=by.now,
            updated_by_id=by.user_id,
        )
        .returning(table.c.id, old.c.was, told.label("account_id"))
    ).all()
    copy_events(
        by.session,
        [
            event_row(
                by,
                place.record_type.key,
                row.id,
                "updated",
                account_id=row.account_id if account is not None else None,
                changes={place.key: [str(row.was), str(to)]},
            )
            for row in rows
        ],
    )
    if tells_sign(place.record_type, (place.key,)):
        keep_keys(place.record_type, [row.id for row in rows], by)
    return [(row.id, row.was if isinstance(row.was, UUID) else UUID(row.was)) for row in rows]


def _journal(merge: Merge, place: str, was: UUID, moved: list[Any], by: Actor) -> None:
    by.session.add(MergeMove(merge_id=merge.id, place=place, was_id=was, moved=moved, dropped=[]))
