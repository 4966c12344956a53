"""Asking for a report in the background, and stopping it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from app.identity.operations.guard import hold_self
from app.jobs.enqueue import enqueue
from app.jobs.progress import UNDER_WAY, Work, begin_work, cancel_work
from app.jobs.room import require_room
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current, gettext
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import meaning
from app.reports.engine.openable import demand_openable
from app.reports.engine.written import write
from app.reports.models import NAME
from app.reports.runs.find import find_run, latest_run
from app.reports.runs.models import ReportRun
from app.reports.runs.sight import digest_of, sight_of

KIND = "make_report"
URL = "/reports/runs"
MOST_AT_ONCE = 3  # Of one person.
MOST_KEPT = 30


def begin_run(by: Actor, definition: Definition, name: str) -> ReportRun:
    """Let a worker make a report for `by`; one that it makes already is not begun again."""
    if by.user_id is None:
        raise NotPermitted(_("Only a person has reports."))
    meant = meaning(definition, by)
    demand_openable(meant)
    hold_self(by)  # Of two at one moment the second finds what the first began.
    latest = latest_run(by, definition, meant)
    if latest is not None and latest.is_under_way:
        return latest.run
    _make_room(by, by.user_id)
    run = ReportRun(
        id=new_id(),
        user_id=by.user_id,
        name=" ".join(name.split())[:NAME],
        definition=write(definition),
        digest=digest_of(definition),
        sight=sight_of(meant, by),
        via=by.via,
        scopes=None if by.rights.scopes is None else sorted(by.rights.scopes),
        language=current(),
        created_at=by.now,
    )
    by.session.add(run)
    steps = 2 if definition.period is not None and definition.period.compare else 1
    title = gettext("Report: %(name)s", name=run.name or gettext("without a name"))
    require_room(by)
    begin_work(by, run.id, KIND, title, total=steps, url=f"{URL}/{run.id}")
    enqueue(by, KIND, {"run_id": str(run.id)}, key=f"{KIND}:{run.id}")
    return run


def stop_run(by: Actor, run_id: UUID) -> ReportRun:
    """Stop a report that `by` asked for; Refused where it has come to its end."""
    asked = find_run(by, run_id)
    if not cancel_work(run_id, by):
        raise Refused(_("It has come to its end already, or can't be stopped."))
    return asked.run


def _make_room(by: Actor, user_id: UUID) -> None:
    """Refused where too many are under way; of those that ended the oldest are dropped."""
    mine = select(ReportRun.id).where(ReportRun.user_id == user_id)
    running = select(func.count()).where(Work.id.in_(mine), Work.state.in_(UNDER_WAY))
    if (by.session.scalar(running) or 0) >= MOST_AT_ONCE:
        message = _(
            "%(most)s of your reports are being made. Wait for one, or stop it.", most=MOST_AT_ONCE
        )
        raise Refused(message)
    oldest = mine.join(Work, Work.id == ReportRun.id).where(Work.state.not_in(UNDER_WAY))
    oldest = oldest.order_by(ReportRun.created_at.desc()).offset(MOST_KEPT - 1)
    by.session.execute(delete(ReportRun).where(ReportRun.id.in_(oldest)))
