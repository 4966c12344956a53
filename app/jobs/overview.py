"""What an operator sees of the queue, and the one thing that can be done to it: trying again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tenants.control import Job, Tenant

STATES = ("ready", "running", "done", "dead")


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job without its payload, which may hold a person's words."""

    id: UUID
    tenant: str | None  # The workspace's slug; None for the service's own jobs.
    kind: str
    state: str
    attempts: int
    run_at: datetime
    created_at: datetime
    finished_at: datetime | None
    error: str | None


def list_jobs(
    session: Session,
    *,
    states: Collection[str] = (),
    kind: str | None = None,
    tenant_id: UUID | None = None,
    limit: int = 50,
) -> list[JobLine]:
    """The newest jobs first; without `states`, those of every state."""
    query = (
        select(Job, Tenant.slug)
        .outerjoin(Tenant, Tenant.id == Job.tenant_id)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(limit)
    )
    if states:
        query = query.where(Job.state.in_(states))
    if kind is not None:
        query = query.where(Job.kind == kind)
    if tenant_id is not None:
        query = query.where(Job.tenant_id == tenant_id)
    return [_line(job, slug) for job, slug in session.execute(query)]


def _line(job: Job, slug: str | None) -> JobLine:
    return JobLine(
        id=job.id,
        tenant=slug,
        kind=job.kind,
        state=job.state,
        attempts=job.attempts,
        run_at=job.run_at,
        created_at=job.created_at,
        finished_at=job.finished_at,
        error=job.error,
    )


def retry_jobs(
    session: Session,
    now: datetime,
    *,
    ids: Sequence[UUID] | None = None,
    kind: str | None = None,
    tenant_id: UUID | None = None,
) -> list[UUID]:
    """Make dead letters ready again, as if they had never been tried; answer with their ids.

    With `ids` only those, else all of `kind` and `tenant_id`. A dead letter whose key a newer job
    has taken stays dead.
    """
    query = select(Job).where(Job.state == "dead").order_by(Job.created_at)
    if ids is not None:
        query = query.where(Job.id.in_(ids))
    if kind is not None:
        query = query.where(Job.kind == kind)
    if tenant_id is not None:
        query = query.where(Job.tenant_id == tenant_id)
    dead = session.scalars(query.with_for_update()).all()
    return [job.id for job in dead if _retry(session, job, now)]


def _retry(session: Session, job: Job, now: datetime) -> bool:
    try:
        with session.begin_nested():
            job.state, job.attempts, job.run_at = "ready", 0, now
            job.finished_at = job.worker = job.lease_until = None
    except IntegrityError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Held:
    """Jobs of one workspace that wait for one reason; `next_at` is when the first comes again."""

    tenant: str | None
    reason: str
    n: int
    next_at: datetime


def held_jobs(session: Session, kind: str, limit: int = 20) -> list[Held]:
    """What of a kind waits although it was looked at already, the largest heap first."""
    n = func.count()
    rows = session.execute(
        select(Tenant.slug, Job.error, n, func.min(Job.run_at))
        .select_from(Job)
        .outerjoin(Tenant, Tenant.id == Job.tenant_id)
        .where(Job.state == "ready", Job.kind == kind, Job.error.is_not(None))
        .group_by(Tenant.slug, Job.error)
        .order_by(n.desc(), Tenant.slug, Job.error)
        .limit(limit)
    )
    return [Held(slug, reason or "", count, next_at) for slug, reason, count, next_at in rows]


def count_by_state(session: Session) -> dict[tuple[str, str], int]:
    """How many jobs of each kind stand in each state: (kind, state) -> n."""
    rows = session.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    return {(kind, state): n for kind, state, n in rows}


def count_by_tenant(session: Session, tenant_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """How many jobs of each given workspace stand in each state: (tenant, state) -> n."""
    rows = session.execute(
        select(Job.tenant_id, Job.state, func.count())
        .where(Job.tenant_id.in_(tenant_ids))
        .group_by(Job.tenant_id, Job.state)
    )
    return {(tenant_id, state): n for tenant_id, state, n in rows}


def oldest_due(session: Session, now: datetime) -> float:
    """How many seconds the longest-waiting due job has waited."""
    oldest = session.scalar(
        select(func.min(Job.run_at)).where(Job.state == "ready", Job.run_at <= now)
    )
    return (now - oldest).total_seconds() if oldest is not None else 0.0
