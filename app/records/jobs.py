"""The records' background work: forgetting what is kept for a time only, tending indexes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.jobs.enqueue import enqueue
from app.jobs.errors import TryLater
from app.jobs.kinds import Payload, Service
from app.jobs.progress import forget_works
from app.jobs.registry import job, owner_job
from app.kernel.actor import Actor
from app.records.api.idempotency import forget_keys
from app.records.assignment import jobs as assignment_jobs
from app.records.bulk import jobs as bulk_jobs
from app.records.bulk.keep import forget_changes
from app.records.custom.indexes import TEND, tend_indexes
from app.records.custom.models import CustomField
from app.records.duplicates import jobs as duplicate_jobs
from app.records.exports import jobs as export_jobs
from app.records.exports.keep import forget_exports
from app.records.files import jobs as file_jobs
from app.records.imports import jobs as import_jobs
from app.records.imports import undo_jobs
from app.records.imports.keep import forget_imports
from app.records.mentions.rename import RENAME, rename_mentions
from app.records.money import jobs as money_jobs
from app.records.numbers import jobs as number_jobs
from app.records.pool import reclaim
from app.records.registry import registry
from app.records.retention import CHUNK, forget_events, retention
from app.records.trash import purge_deleted
from tenants.facts import TenantFacts

FORGET = "forget_old_events"
CHUNKS = 20  # Of events in one run, so that no transaction is long.


@job("clear_records", every=timedelta(days=1), while_suspended=True)
def clear_records(by: Actor, _payload: Payload) -> None:
    """Remove for good what was deleted long enough ago, and all else whose time is over."""
    before = retention(by).deleted_before(by.now)
    for record_type in reversed(list(registry())):  # What refers to others stands behind them.
        while purge_deleted(record_type, before, by):
            continue
    forget_keys(by.session, by.now)
    forget_changes(by.session, by.now)
    forget_works(by.session, by.now)
    forget_exports(by)
    forget_imports(by)


@job(FORGET, every=timedelta(days=1), while_suspended=True)
def forget_old_events(by: Actor, _payload: Payload) -> None:
    """Forget what happened before the workspace's months; what one run leaves, the next takes."""
    for _chunk in range(CHUNKS):
        if forget_events(by) < CHUNK:
            return
    enqueue(by, FORGET, {}, key=FORGET)


@job(RENAME)
def rename_in_texts(by: Actor, _payload: Payload) -> None:
    """Let texts name everybody as they are called now; what one run leaves, the next takes."""
    rename_mentions(by)


@owner_job(TEND, max_attempts=20, first_retry=30, timeout=6 * 3600)
def tend(service: Service, tenant: TenantFacts) -> None:
    """Build the indexes that a workspace's own fields want, and drop those that none wants."""
    if service.owner is None:
        raise RuntimeError("Indexes are built with the owner's login, which this worker lacks.")
    failed = tend_indexes(service.owner, tenant, service.now)
    if failed:
        raise TryLater("; ".join(failed))


@job("tend_indexes_daily", every=timedelta(days=1))
def tend_daily(by: Actor, _payload: Payload) -> None:
    """Have the indexes of own fields looked at once a day, whatever befell them since.

    One may have become invalid, been dropped by hand, or be left over from a field whose own job
    was lost.
    """
    if by.session.scalar(select(CustomField.id).limit(1)) is not None:
        enqueue(by, TEND, {}, key=TEND)


JOBS = (
    clear_records,
    forget_old_events,
    rename_in_texts,
    tend_daily,
    tend,
    *bulk_jobs.JOBS,
    *export_jobs.JOBS,
    *import_jobs.JOBS,
    *undo_jobs.JOBS,
    *duplicate_jobs.JOBS,
    *file_jobs.JOBS,
    *reclaim.JOBS,
    *money_jobs.JOBS,
    *number_jobs.JOBS,
    *assignment_jobs.JOBS,
)
