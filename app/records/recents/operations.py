"""Noting what somebody opened, and telling what they opened or changed lately."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Delete, and_, bindparam, delete, func, not_, select, union_all
from sqlalchemy.dialects.postgresql import insert

from app.events.models import Event
from app.kernel.actor import Actor
from app.records.recents.models import OpenedRecord
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

KEPT = 50  # Records kept for each person.
ANEW_AFTER = timedelta(minutes=1)  # Opening a record again sooner writes nothing.
EVENTS_READ = 200  # Somebody's last events, among which their changes are looked for.


@dataclass(frozen=True, slots=True)
class Recent:
    """A record that somebody opened or changed, and when last."""

    record_type: str
    record_id: UUID
    at: datetime


def _noting() -> Delete:
    """One statement that puts a record in and drops the oldest beyond those that are kept."""
    own = OpenedRecord.user_id == bindparam("user_id")
    given = insert(OpenedRecord).values(
        user_id=bindparam("user_id"),
        record_type=bindparam("record_type"),
        record_id=bindparam("record_id"),
        at=bindparam("at"),
    )
    put = given.on_conflict_do_update(
        index_elements=["user_id", "record_type", "record_id"],
        set_={"at": given.excluded.at},
        where=OpenedRecord.at < given.excluded.at - ANEW_AFTER,
        # The reader waits for the commit, and nobody misses what a crash of the machine forgets.
    ).returning(func.set_config("synchronous_commit", "off", True))
    oldest_kept = (
        select(OpenedRecord.at)
        .where(own)
        .order_by(OpenedRecord.at.desc())
        .offset(KEPT - 1)
        .limit(1)
    )
    # One statement changes a row once: what is put in must not be what is dropped.
    this = and_(
        OpenedRecord.record_type == bindparam("record_type"),
        OpenedRecord.record_id == bindparam("record_id"),
    )
    beyond = OpenedRecord.at < oldest_kept.scalar_subquery()
    return delete(OpenedRecord).where(own, beyond, not_(this)).add_cte(put.cte("put"))


_NOTE = _noting()


def note_opened(
    tenant: TenantFacts, user_id: UUID, record_type: str, record_id: UUID, now: datetime
) -> None:
    """Write that somebody opened a record, in a short scope of its own; call it by `aside`."""
    with tenant_scope(tenant) as session:
        session.execute(
            _NOTE,
            {"user_id": user_id, "record_type": record_type, "record_id": record_id, "at": now},
        )


def recent(by: Actor, kinds: Collection[str]) -> list[Recent]:
    """What `by` opened or changed lately of these types, the latest first; one bounded statement.

    Access is not asked here: a record may be gone, or theirs no longer.
    """
    if by.person_id is None or not kinds:
        return []
    opened = select(OpenedRecord.record_type, OpenedRecord.record_id, OpenedRecord.at).where(
        OpenedRecord.user_id == by.person_id, OpenedRecord.record_type.in_(kinds)
    )
    last = (
        select(Event.record_type, Event.record_id, Event.at, Event.batch_id)
        .where(Event.actor_id == by.person_id)
        .order_by(Event.at.desc())
        .limit(EVENTS_READ)
        .subquery()
    )
    # What was changed with many others was not before their eyes.
    changed = select(last.c.record_type, last.c.record_id, last.c.at).where(
        last.c.batch_id.is_(None), last.c.record_type.in_(kinds)
    )
    found = union_all(opened, changed).subquery()
    rows = by.session.execute(
        select(found.c.record_type, found.c.record_id, func.max(found.c.at).label("at"))
        .group_by(found.c.record_type, found.c.record_id)
        .order_by(func.max(found.c.at).desc())
        .limit(KEPT)
    )
    return [Recent(row.record_type, row.record_id, row.at) for row in rows]
