"""What is kept for a time only: deleted records, bulk changes, answers of repeated requests."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.kinds import Payload
from app.jobs.progress import forget_works
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.api.idempotency import forget_keys
from app.records.bulk.keep import forget_changes
from app.records.registry import registry
from app.records.retention import DELETED_KEPT
from app.records.trash import purge_deleted


@job("clear_records", every=timedelta(days=1), while_suspended=True)
def clear_records(by: Actor, _payload: Payload) -> None:
    """Remove for good what was deleted 30 days ago, and all else whose time is over."""
    before = by.now - DELETED_KEPT
    for record_type in reversed(list(registry())):  # What refers to others stands behind them.
        while purge_deleted(record_type, before, by):
            continue
    forget_keys(by.session, by.now)
    forget_changes(by.session, by.now)
    forget_works(by.session, by.now)


JOBS = (clear_records,)
