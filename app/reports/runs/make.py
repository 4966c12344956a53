"""Making a report in the background: counted as the person who asked, kept, told at the end."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.progress import State, Work, advance, finish, lock_work
from app.kernel.actor import Actor
from app.kernel.errors import Answer, NotPermitted
from app.kernel.language import _, gettext, using
from app.kernel.stamps import READ as STAMPS
from app.reports.engine.meaning import meaning
from app.reports.engine.run import TooSlow, fetch
from app.reports.engine.written import read
from app.reports.runs.begin import URL
from app.reports.runs.models import KEPT, ReportRun
from app.reports.runs.packed import pack
from app.reports.runs.sight import sight_of
from app.reports.runs.stopping import stopped_when
from tenants.facts import TenantFacts
from tenants.scope import keep, tenant_scope

LIMIT_MS = 300_000  # As long a report may take at all.


def make_run(by: Actor, run_id: UUID) -> None:
    """Make a report as the person who asked for it, unless it was stopped.

    Nothing is held while it is counted, so it can be stopped at any time; a worker that is killed
    leaves nothing behind, and its successor begins anew.
    """
    held = _hold(run_id, by)
    if held is None:
        return
    run, work = held
    advance(work, 0)
    keep(by.session)
    with using(run.language):
        try:
            person = _person(run, by)
            meant = meaning(read(run.definition), person)
            sight = sight_of(meant, person)
            with stopped_when(lambda session: _is_over(session, run_id), by):
                found = fetch(meant, LIMIT_MS)
        except TooSlow:
            limit = LIMIT_MS // 60_000
            _fail(
                run_id,
                by,
                gettext("It took longer than %(n)s minutes. Narrow its conditions.", n=limit),
            )
            return
        except Answer as answer:
            _fail(run_id, by, str(answer.message))
            return
        held = _hold(run_id, by)
        if held is None:
            return
        run, work = held
        run.result, run.as_of, run.sight = pack(found), by.now, sight
        advance(work, work.total)
        finish(work, State.DONE, by.now)
        _tell(run, by, None)


def give_up(by: Actor, run_id: UUID) -> None:
    """End a report whose job became a dead letter."""
    run = by.session.get(ReportRun, run_id)
    if run is not None:
        with using(run.language):
            _fail(run_id, by, gettext("It failed again and again and was given up."))


def forget_runs(by: Actor) -> None:
    """Drop the results that are too old to be shown."""
    by.session.execute(delete(ReportRun).where(ReportRun.created_at < by.now - KEPT))


def forget_run(tenant: TenantFacts, run_id: UUID) -> None:
    """Drop a result that its reader may not look at any more, in a scope of its own."""
    with tenant_scope(tenant) as session:
        session.execute(delete(ReportRun).where(ReportRun.id == run_id))


def _hold(run_id: UUID, by: Actor) -> tuple[ReportRun, Work] | None:
    """A report and its work, held while they are under way; else None."""
    work = lock_work(by.session, run_id)
    run = by.session.get(ReportRun, run_id, populate_existing=True)
    if work is None or run is None or not work.is_under_way:
        return None
    return run, work


def _is_over(session: Session, run_id: UUID) -> bool:
    state = session.scalar(select(Work.state).where(Work.id == run_id))
    return state != State.RUNNING


def _person(run: ReportRun, by: Actor) -> Actor:
    """The person with the rights of this moment; NotPermitted when they may not sign in."""
    by.session.info.pop(STAMPS, None)  # What was remembered of rules and fields may have changed.
    user = by.session.get(User, run.user_id, populate_existing=True)
    if user is None or not user.is_active:
        raise NotPermitted(_("Whoever asked for it may not sign in."))
    scopes = None if run.scopes is None else frozenset(run.scopes)
    return actor_for(by.session, by.tenant, user, by.now, run.via, run.language, scopes=scopes)


def _fail(run_id: UUID, by: Actor, error: str) -> None:
    """End a report with a reason, unless it has ended otherwise."""
    held = _hold(run_id, by)
    if held is None:
        return
    run, work = held
    finish(work, State.FAILED, by.now, error)
    _tell(run, by, error)


def _tell(run: ReportRun, by: Actor, error: str | None) -> None:
    """Put into the bell of whoever asked that their report is there, or why it is not."""
    with using(language_of_reader(by, run.user_id, run.via, run.language)):
        name = run.name or gettext("without a name")
        text = gettext("Your report is ready: %(name)s", name=name)
        if error is not None:
            text = gettext(
                "Your report was not made: %(name)s. %(reason)s", name=name, reason=error
            )
    icon = "chart-bar" if error is None else "alert-circle"
    tell(by, run.user_id, text, url=f"{URL}/{run.id}", icon=icon)
