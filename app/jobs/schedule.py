"""The schedule: enqueues recurring jobs, by one worker at a time.

Whoever gets the advisory lock is the leader of this moment. Enqueueing and noting when it was done
are one transaction, so a period is served once, however many workers there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue_service
from app.jobs.kinds import Recurring, TenantKind
from app.jobs.registry import Registry
from app.kernel.ids import new_id
from tenants.control import Job, Schedule, Tenant
from tenants.facts import State

KEYS = "schedule:"  # How the keys of recurring jobs begin.
LEADER_LOCK = 7_382_218  # Any fixed number: the schedule has one leader at a time.
OPEN_STATES = (State.TRIAL.value, State.ACTIVE.value, State.PAST_DUE.value)
CHUNK = 1_000


def enqueue_due(session: Session, registry: Registry, now: datetime) -> list[str]:
    """Enqueue each recurring kind whose time has come; answer with their names."""
    recurring = registry.recurring()
    if not recurring or not session.scalar(select(func.pg_try_advisory_xact_lock(LEADER_LOCK))):
        return []
    last = {row.kind: row.last_at for row in session.scalars(select(Schedule))}
    due = [one for one in recurring if _is_due(one, last.get(one.kind), now)]
    for kind in due:
        _enqueue(session, kind, now)
        upsert = insert(Schedule).values(kind=kind.kind, last_at=now)
        session.execute(
            upsert.on_conflict_do_update(index_elements=[Schedule.kind], set_={"last_at": now})
        )
    return [kind.kind for kind in due]


def _is_due(kind: Recurring, last: datetime | None, now: datetime) -> bool:
    return kind.every is not None and (last is None or last + kind.every <= now)


def _enqueue(session: Session, kind: Recurring, now: datetime) -> None:
    key = f"{KEYS}{kind.kind}"
    if not isinstance(kind, TenantKind):
        enqueue_service(session, kind.kind, {}, run_at=now, key=key)
        return
    tenants = session.execute(
        select(Tenant.id, Tenant.db_role).where(Tenant.state.in_(OPEN_STATES)).order_by(Tenant.id)
    ).all()
    for start in range(0, len(tenants), CHUNK):
        rows = _rows(kind, key, tenants[start : start + CHUNK], now)
        session.execute(insert(Job).values(rows).on_conflict_do_nothing())


def _rows(
    kind: TenantKind, key: str, tenants: Sequence[Row[UUID, str]], now: datetime
) -> list[dict[str, object]]:
    """A row for each workspace, spread over a tenth of the period so that they don't all begin."""
    spread = (kind.every or timedelta()).total_seconds() / 10
    return [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "db_role": db_role,
            "kind": kind.kind,
            "payload": {},
            "key": key,
            "run_at": now + timedelta(seconds=spread * (tenant_id.int % 997) / 997),
            "created_at": now,
        }
        for tenant_id, db_role in tenants
    ]
