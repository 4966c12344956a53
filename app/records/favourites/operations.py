"""What people do with their favourites: keep a record at hand, let it go, put them in order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.records.favourites.kept import MOST, Place, changed, kept, shown
from app.records.favourites.models import Favourite
from app.records.types import RecordType


def add_favourite(record_type: RecordType, record_id: UUID, by: Actor) -> None:
    """Keep a record that `by` may read at hand, behind the others; twice is once.

    Refused beyond MOST of those that are seen: what was deleted or is out of reach counts not.
    """
    user_id = _person(by)
    if (record_type.key, record_id) in kept(by):
        return
    if len(shown(by)) >= MOST:
        raise Refused(_("You have %(n)s favourites already. Take one out first.", n=MOST))
    last = select(func.coalesce(func.max(Favourite.position), 0) + 1)
    behind = last.where(Favourite.user_id == user_id).scalar_subquery()
    row = select(literal(record_type.key), literal(record_id), literal(user_id), behind)
    columns = ("record_type", "record_id", "user_id", "position")
    by.session.execute(insert(Favourite).from_select(columns, row).on_conflict_do_nothing())
    changed(by)


def remove_favourite(record_type: str, record_id: UUID, by: Actor) -> None:
    """Keep a record at hand no longer; one that was not is no mistake."""
    user_id = _person(by)
    by.session.execute(
        delete(Favourite).where(
            Favourite.record_type == record_type,
            Favourite.record_id == record_id,
            Favourite.user_id == user_id,
        )
    )
    changed(by)


def order_favourites(places: Sequence[Place], by: Actor) -> None:
    """Put one's favourites in this order; those not named follow behind as they were."""
    user_id = _person(by)
    mine = kept(by)
    named = [one for one in dict.fromkeys(places) if one in mine]
    ordered = [*named, *(one for one in mine if one not in named)]
    for position, (kind, record_id) in enumerate(ordered, 1):
        by.session.execute(
            update(Favourite)
            .where(
                Favourite.record_type == kind,
                Favourite.record_id == record_id,
                Favourite.user_id == user_id,
            )
            .values(position=position)
        )
    changed(by)


def _person(by: Actor) -> UUID:
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Only a person has favourites."))
    return by.user_id
