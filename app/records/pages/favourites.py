"""The star of a record, and the favourites of the rail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Actor
from app.records.favourites.kept import kept, shown
from app.records.types import RecordType
from app.web.shell import Link


@dataclass(frozen=True, slots=True)
class Star:
    """The star of a record: where it is turned, whether it is on, where on the page it stands."""

    url: str
    is_on: bool
    place: str


def may_star(by: Actor) -> bool:
    """Whether `by` may keep records at hand now."""
    return by.user_id is not None and by.previews is None and not by.tenant.is_read_only


def star(record_type: RecordType, record_id: UUID, by: Actor, place: str) -> Star | None:
    """The star of a record; None for who may keep nothing now."""
    if not may_star(by):
        return None
    url = f"/{record_type.collection}/{record_id}/favourite"
    return Star(url, (record_type.key, record_id) in kept(by), place)


def favourite_links(by: Actor) -> Iterable[Link]:
    """The reader's favourites for the rail."""
    return [Link(one.url, one.record_type.icon, one.title) for one in shown(by)]
