"""The background work of reports: those that take long, those that are mailed, and forgetting."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.reports.mailings.plan import MAIL_REPORT, arm_mailings
from app.reports.mailings.send import mail_report
from app.reports.models import Report
from app.reports.operations.keep import KEPT
from app.reports.runs import make
from app.reports.runs.begin import KIND

GIVEN_UP = "report_given_up"


@job("forget_reports", every=timedelta(days=1), while_suspended=True)
def forget_reports(by: Actor, _payload: Payload) -> None:
    """Remove reports deleted thirty days ago, and results that are too old to be shown."""
    by.session.execute(delete(Report).where(Report.deleted_at < by.now - KEPT))
    make.forget_runs(by)


@job(KIND, lease_seconds=60, timeout=900, aftermath=GIVEN_UP)
def make_report(by: Actor, payload: Payload) -> None:
    """Make a report that took too long for a page, as the person who asked for it."""
    make.make_run(by, UUID(str(payload["run_id"])))


@job(GIVEN_UP, max_attempts=20, while_suspended=True)
def report_given_up(by: Actor, payload: Payload) -> None:
    """End a report whose job became a dead letter, and tell whoever asked for it."""
    make.give_up(by, UUID(str(payload["run_id"])))


@job(MAIL_REPORT, max_attempts=8, first_retry=60, timeout=300)
def mail_one_report(by: Actor, payload: Payload) -> None:
    """Mail somebody a report, when that is due."""
    mail_report(by, UUID(str(payload["reader_id"])))


@job("arm_reports", every=timedelta(days=1))
def arm_every_report(by: Actor, _payload: Payload) -> None:
    """See that the next mail of every report has its job."""
    arm_mailings(by)


JOBS = (mail_one_report, arm_every_report, forget_reports, make_report, report_given_up)
