"""The queue's own housekeeping."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from app.jobs.kinds import Payload, Service
from app.jobs.registry import service_job
from app.kernel.rows import rows_written
from tenants.control import Job
from tenants.database import control_session

DONE_KEPT = timedelta(days=2)
DEAD_KEPT = timedelta(days=30)
BATCH = 5_000


@service_job("prune_jobs", every=timedelta(hours=1))
def prune_jobs(service: Service, _payload: Payload) -> None:
    """Delete finished jobs after two days and dead letters after thirty, a batch at a time."""
    old = select(Job.id).where(
        or_(
            (Job.state == "done") & (Job.finished_at < service.now - DONE_KEPT),
            (Job.state == "dead") & (Job.finished_at < service.now - DEAD_KEPT),
        )
    )
    while True:
        with control_session() as session:
            gone = delete(Job).where(Job.id.in_(old.limit(BATCH)))
            gone = gone.execution_options(synchronize_session=False)
            if rows_written(session.execute(gone)) < BATCH:
                return


JOBS = (prune_jobs,)
