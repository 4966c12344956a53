"""What became of a run, and writing it down.

Every note is fenced by the worker's name and the number of the run: a worker whose lease was lost
meanwhile writes nothing over its successor's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.jobs.claim import Claim, still_ours
from app.jobs.registry import Registry
from app.kernel.ids import new_id
from app.kernel.rows import rows_written
from tenants.control import Job

LOST_ATTEMPTS = 5  # A job under which this many workers died is not given to another.
DATABASE_ATTEMPTS = 20  # Runs beyond the usual that a lost database may cost.
PATIENT_DAYS = 30  # A job that waited this long for its workspace or module is a dead letter.
BATCH = 100

log = structlog.get_logger(__name__)


class Ending(StrEnum):
    """How a run ended."""

    DONE = "done"
    RETRY = "retry"  # It counts as an attempt, and comes again.
    WAIT = "wait"  # It could not begin; it comes again and nothing is counted.
    DEAD = "dead"
    DROPPED = "dropped"  # Its workspace is erased: the row goes.


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, why, and when the job comes again."""

    ending: Ending
    error: str | None = None
    run_at: datetime | None = None


def record(
    session: Session, claim: Claim, outcome: Outcome, registry: Registry, now: datetime
) -> bool:
    """Write an outcome down; False when the job is no longer this worker's.

    Whoever waits for a job that is given up is told by another one, enqueued with the same stroke.
    """
    if outcome.ending is Ending.DROPPED:
        gone = delete(Job).where(*still_ours(claim))
        return rows_written(session.execute(gone.execution_options(synchronize_session=False))) > 0
    if outcome.ending in (Ending.RETRY, Ending.WAIT):
        return _again(session, claim, outcome, now)
    values: dict[str, object] = {"state": outcome.ending.value, "error": outcome.error}
    if outcome.ending is Ending.DONE:
        values["payload"] = {}  # It may hold a link that signs somebody in, or a person's words.
    written = _put(session, claim, values | {"finished_at": now, "lease_until": None})
    after = registry.aftermath(claim.kind) if outcome.ending is Ending.DEAD else None
    if written and after is not None:
        _follow(session, claim, after, now)
    return written


def _follow(session: Session, claim: Claim, kind: str, now: datetime) -> None:
    """Enqueue what comes after a dead letter, for the same workspace and with its payload."""
    db_role = session.scalar(
        select(Job.db_role).where(Job.id == claim.id, Job.tenant_id == claim.tenant_id)
    )
    session.add(
        Job(
            id=new_id(),
            tenant_id=claim.tenant_id,
            db_role=db_role,
            kind=kind,
            payload=claim.payload,
            key=f"after:{claim.id}",
            run_at=now,
            created_at=now,
        )
    )


def _again(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Put the job back; where a newer one of its key waits already, that one stands for both."""
    values: dict[str, object] = {
        "state": "ready",
        "run_at": outcome.run_at or now,
        "error": outcome.error,
        "lease_until": None,
        "worker": None,
    }
    if outcome.ending is Ending.WAIT:
        values["attempts"] = claim.attempts - 1
    try:
        with session.begin_nested():
            return _put(session, claim, values)
    except IntegrityError:
        done = {"state": "done", "payload": {}, "finished_at": now, "lease_until": None}
        return _put(session, claim, done | {"error": "A newer job of the same key took its place."})


def _put(session: Session, claim: Claim, values: dict[str, object]) -> bool:
    written = update(Job).where(*still_ours(claim)).values(values)
    return rows_written(session.execute(written.execution_options(synchronize_session=False))) > 0


def collect_lost(session: Session, registry: Registry, now: datetime) -> int:
    """Take back the jobs whose worker died: each counts as an attempt; answer with how many."""
    lost = session.scalars(
        select(Job)
        .where(Job.state == "running", Job.lease_until < now)
        .order_by(Job.lease_until)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for job in lost:
        claim = _claim_of(job)
        record(session, claim, after_loss(claim, registry, now), registry, now)
        log.warning("job_worker_lost", job_id=str(job.id), kind=job.kind, attempts=job.attempts)
    return len(lost)


def after_loss(claim: Claim, registry: Registry, now: datetime) -> Outcome:
    """What becomes of a job under which its worker died or had to be ended."""
    reason = "The worker was lost while it ran this job."
    found = registry.find(claim.kind)
    most = min(found.patience.max_attempts, LOST_ATTEMPTS) if found else LOST_ATTEMPTS
    if claim.attempts >= most:
        return Outcome(Ending.DEAD, reason)
    wait = found.patience.delay(claim.attempts) if found else timedelta(seconds=10)
    return Outcome(Ending.RETRY, reason, now + wait)


def _claim_of(job: Job) -> Claim:
    """The claim that another worker held on a row."""
    return Claim(
        id=job.id,
        tenant_id=job.tenant_id,
        kind=job.kind,
        payload=job.payload,
        key=job.key,
        attempts=job.attempts,
        created_at=job.created_at,
        worker=job.worker or "",
        tenant=None,
    )
