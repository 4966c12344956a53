"""The background work of reports: forgetting what was deleted long enough ago."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.reports.models import Report
from app.reports.operations.keep import KEPT


@job("forget_reports", every=timedelta(days=1), while_suspended=True)
def forget_reports(by: Actor, _payload: Payload) -> None:
    """Remove reports that were deleted more than thirty days ago."""
    by.session.execute(delete(Report).where(Report.deleted_at < by.now - KEPT))


JOBS = (forget_reports,)
