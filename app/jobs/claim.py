"""Claiming work: fairly between workspaces, one row at a time, under a lease.

Waiting workspaces are found by hopping through the index from one to the next, so that a hundred
thousand jobs of one cost nothing to the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.jobs.registry import Registry
from app.kernel.rows import rows_written
from tenants.control import SERVICE, Job, Tenant
from tenants.facts import TenantFacts

CLAIM_LOCK = 7_382_217  # Any fixed number: workers that claim from one workspace take turns.
DEFAULT_LEASE = 60


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker runs now; `attempts` counts the run that begins.

    `tenant` is None for a job of the service, and for one whose workspace is not there or is not
    the one that the row's database role belongs to: `is_service` tells which.
    """

    id: UUID
    tenant_id: UUID
    kind: str
    payload: dict[str, object]
    key: str | None
    attempts: int
    created_at: datetime
    worker: str
    tenant: TenantFacts | None
    is_forged: bool = False

    @property
    def is_service(self) -> bool:
        """True for a job of the service itself."""
        return self.tenant_id == SERVICE


@dataclass(frozen=True, slots=True)
class Claimer:
    """What one worker may claim, and under which name."""

    worker: str
    registry: Registry
    owner: bool = False

    def claim(self, session: Session, tenant_id: UUID, moment: datetime) -> Claim | None:
        """Take the oldest due job of a workspace (or of the service), or None.

        The transaction must be short: other workers wait for its end to claim from this workspace.
        """
        session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK, _half(tenant_id))))
        job = session.scalars(self._next(tenant_id, moment)).first()
        if job is None:
            return None
        found = self.registry.find(job.kind)
        lease = found.patience.lease_seconds if found else DEFAULT_LEASE
        job.state, job.worker = "running", self.worker
        job.attempts += 1
        job.lease_until = moment + timedelta(seconds=lease)
        session.flush()  # The workspace's row is read below, and the order of the two is fixed.
        return self._claimed(session, job)

    def _next(self, tenant_id: UUID, moment: datetime) -> Select[Job]:
        other = aliased(Job)
        running = and_(other.tenant_id == tenant_id, other.state == "running")
        same_key = exists().where(running, other.key == Job.key)
        return (
            select(Job)
            .where(Job.tenant_id == tenant_id, Job.state == "ready", Job.run_at <= moment)
            .where(~same_key, *self._allowed(exists().where(running, self._is_heavy(other.kind))))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    def _allowed(self, heavy_runs: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        """Leave the owner's jobs to a worker that has the owner's login, and heavy ones in line."""
        conditions: list[ColumnElement[bool]] = []
        if not self.owner:
            conditions.append(Job.kind.not_in(self.registry.for_owner()))
        if self.registry.heavy():
            conditions.append(or_(~self._is_heavy(Job.kind), ~heavy_runs))
        return conditions

    def _is_heavy(self, kind: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        return kind.in_(self.registry.heavy())

    def _claimed(self, session: Session, job: Job) -> Claim:
        tenant = session.get(Tenant, job.tenant_id) if job.tenant_id != SERVICE else None
        forged = tenant is not None and tenant.db_role != job.db_role
        return Claim(
            id=job.id,
            tenant_id=job.tenant_id,
            kind=job.kind,
            payload=job.payload,
            key=job.key,
            attempts=job.attempts,
            created_at=job.created_at,
            worker=self.worker,
            tenant=tenant.facts() if tenant is not None and not forged else None,
            is_forged=forged,
        )


def waiting_tenants(session: Session, moment: datetime) -> list[UUID]:
    """Every workspace (and the service) that has a due job, in the order of their ids."""
    ready = Job.state == "ready"
    head = (
        select(Job.tenant_id, Job.run_at)
        .where(ready)
        .order_by(Job.tenant_id, Job.run_at)
        .limit(1)
        .subquery()
    )
    hop = select(head).cte("waiting", recursive=True)
    following = (
        select(Job.tenant_id, Job.run_at)
        .where(ready, Job.tenant_id > hop.c.tenant_id)
        .order_by(Job.tenant_id, Job.run_at)
        .limit(1)
        .lateral("following")
    )
    waiting = hop.union_all(select(following).select_from(hop.join(following, true())))
    due = select(waiting.c.tenant_id).where(waiting.c.run_at <= moment)
    return list(session.scalars(due.order_by(waiting.c.tenant_id)))


def in_turn(tenants: Sequence[UUID], last: UUID | None, full: Collection[UUID]) -> list[UUID]:
    """The workspaces in the order of their turns after `last`, without those that are `full`."""
    open_ones = [one for one in tenants if one not in full]
    if last is None:
        return open_ones
    after = [one for one in open_ones if one > last]
    return after + open_ones[: len(open_ones) - len(after)]


def extend(session: Session, claims: Collection[Claim], registry: Registry, now: datetime) -> int:
    """Renew the leases of running jobs; answer with how many are still this worker's."""
    kept = 0
    for claim in claims:
        found = registry.find(claim.kind)
        lease = found.patience.lease_seconds if found else DEFAULT_LEASE
        until = now + timedelta(seconds=lease)
        renewed = update(Job).where(*still_ours(claim)).values(lease_until=until)
        kept += rows_written(session.execute(renewed.execution_options(synchronize_session=False)))
    return kept


def still_ours(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The condition that the row is still the run that `claim` began."""
    return (
        Job.id == claim.id,
        Job.tenant_id == claim.tenant_id,
        Job.state == "running",
        Job.worker == claim.worker,
        Job.attempts == claim.attempts,
    )


def _half(tenant_id: UUID) -> int:
    """Thirty-two bits of an id, signed, for PostgreSQL's advisory locks."""
    return tenant_id.int % (1 << 32) - (1 << 31)
