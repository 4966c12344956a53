"""Under whose authority something was done, written into the event that tells of it.

Of many that are done together all are written by one statement, at the end of their transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, event, func, literal, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.automation.approvals.facts import STAMP, known_in
from app.automation.authority.subjects import subjects_of, whom
from app.events import Event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.records.registry import registry

EVENTS = "authority:events"  # Its places in a session: the last event of each record,
TOLD = "authority:told"  # and what is to be added to which.
Told = Mapping[str, Any]


def hear(session: Session, row: Mapping[str, Any]) -> None:
    """Remember the event of what somebody may have agreed to, to be added to."""
    subjects = subjects_of(row["record_type"])
    if not subjects or stamps.stamp(session, STAMP) is None:
        return
    limits = known_in(session, session.info["tenant"]).limits
    limited = [one for one in subjects if one.key in limits.subjects]
    if not limited:
        return
    fields = {one.field for one in limited}
    fields.add(whom(limits, registry().type(row["record_type"])))
    if any(one.at for one in limited) or not fields.isdisjoint(row["changes"]):
        last: dict[UUID, UUID] = session.info.setdefault(EVENTS, {})
        last[row["record_id"]] = row["id"]


def tell(record_id: UUID, told: Told, by: Actor) -> None:
    """Add to the last event of a record by whose authority it was done."""
    last: dict[UUID, UUID] = by.session.info.get(EVENTS, {})
    if record_id not in last:
        return  # It tells of no such change.
    adding: dict[UUID, list[Told]] = by.session.info.setdefault(TOLD, {})
    adding.setdefault(last[record_id], []).append(told)
    if not event.contains(by.session, "before_commit", _at_end):
        event.listen(by.session, "before_commit", _at_end)


def write_now(by: Actor) -> None:
    """Write what was told of one change; of many that belong together it is written at the end."""
    if by.batch_id is None:
        _write(by.session)


def _at_end(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(EVENTS, None)
        _write(session)


def _write(session: Session) -> None:
    """Add all of it by one statement; what was taken back since is not there to be added to."""
    adding: dict[UUID, list[Told]] | None = session.info.pop(TOLD, None)
    if not adding:
        return
    session.flush()  # The events stand before they are added to.
    pairs = {str(event_id): told for event_id, told in adding.items()}
    rows = func.jsonb_each(literal(pairs, JSONB)).table_valued("key", "value", name="told")
    pair = func.jsonb_build_array(None, rows.c.value)
    session.execute(
        update(Event)
        .where(Event.id == cast(rows.c.key, Uuid))
        .values(changes=Event.changes.op("||")(func.jsonb_build_object("authority", pair)))
        .execution_options(synchronize_session=False)
    )
