"""Which records somebody keeps at hand, remembered by stamp, and those of them that they may see.

Every page asks for them. Who has none pays nothing for it; who has some pays one statement, which
asks for access and for what the records are called now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select, union_all

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.records.access import permitted
from app.records.favourites.models import Favourite
from app.records.registry import registry
from app.records.types import RecordType

STAMP = "favourites"  # Drawn by every change, so that a workspace without favourites asks nothing.
MOST = 15  # That stand in the rail of one person.
KEPT = 4096  # Readers whose favourites a process remembers.

Place = tuple[str, UUID]  # The type and the id of a record.
_remembered: Remembered[tuple[Place, ...]] = Remembered(KEPT)


@dataclass(frozen=True, slots=True)
class Shown:
    """A favourite as it is listed."""

    record_type: RecordType
    id: UUID
    title: str

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/{self.record_type.collection}/{self.id}"


def kept(by: Actor) -> tuple[Place, ...]:
    """The records that `by` keeps at hand, in their order; some may be gone or out of reach."""
    mark, person_id = stamps.stamp(by.session, STAMP), by.person_id
    if mark is None or person_id is None:
        return ()
    key = (by.tenant.id, person_id, mark)
    return _remembered.get(key, lambda: _load(by, person_id))


def shown(by: Actor) -> list[Shown]:
    """Those of them that `by` may see now, in their order; one statement where there are any."""
    found = kept(by)
    wanted: dict[str, list[UUID]] = {}
    for kind, record_id in found:
        wanted.setdefault(kind, []).append(record_id)
    readable = {one.key: one for kind in wanted if (one := _readable(kind, by)) is not None}
    parts = [_named(one, wanted[key], by) for key, one in readable.items()]
    if not parts:
        return []
    rows = by.session.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    titles = {(kind, record_id): title for kind, record_id, title in rows}
    listed = [
        Shown(readable[kind], record_id, titles[kind, record_id] or str(readable[kind].words.one))
        for kind, record_id in found
        if (kind, record_id) in titles
    ]
    return listed[:MOST]


def changed(by: Actor) -> None:
    """Let every process learn that somebody's favourites are others now."""
    by.session.flush()  # Readers under the new stamp must find the new rows.
    stamps.draw(by.session, STAMP)


def moved(by: Actor) -> None:
    """The same where records were merged or parted, if anybody has favourites at all."""
    if stamps.stamp(by.session, STAMP) is not None:
        changed(by)


def _load(by: Actor, person_id: UUID) -> tuple[Place, ...]:
    rows: Sequence[tuple[str, UUID]] = [
        (row.record_type, row.record_id)
        for row in by.session.execute(
            select(Favourite.record_type, Favourite.record_id)
            .where(Favourite.user_id == person_id)
            .order_by(Favourite.position, Favourite.record_id)
        )
    ]
    return tuple(rows)


def _readable(kind: str, by: Actor) -> RecordType | None:
    found = registry().get(kind)
    if found is None or not by.tenant.allows(found.module) or not by.may(kind, "read"):
        return None
    return found


def _named(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> Select[*tuple[Any, ...]]:
    model = record_type.model
    return select(
        literal(record_type.key), model.id.label("id"), record_type.title_text.label("title")
    ).where(model.id.in_(ids), permitted(record_type, by))
