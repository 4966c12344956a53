"""Finding a report that was made in the background again, as long as its reader sees the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.jobs.progress import State, Work
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import Meaning, meaning
from app.reports.engine.result import Result, assemble
from app.reports.engine.written import read
from app.reports.runs.models import KEPT, ReportRun
from app.reports.runs.packed import unpack
from app.reports.runs.sight import digest_of, sight_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that was asked for in the background, and how far it is."""

    run: ReportRun
    work: Work

    @property
    def is_under_way(self) -> bool:
        """True until it has come to an end."""
        return self.work.is_under_way

    @property
    def is_done(self) -> bool:
        """True where there is a result."""
        return self.work.state == State.DONE and self.run.as_of is not None


def find_run(by: Actor, run_id: UUID) -> Asked:
    """One that `by` asked for; Missing where it is nobody's, or somebody else's."""
    asked = select(ReportRun, Work).join(Work, Work.id == ReportRun.id)
    row = by.session.execute(
        asked.where(
            ReportRun.id == run_id,
            ReportRun.user_id == by.person_id,
            ReportRun.created_at > by.now - KEPT,
        )
    ).one_or_none()
    if row is None:
        raise Missing(_("This report is not kept any more. Open it anew."))
    return Asked(row[0], row[1])


def latest_run(by: Actor, definition: Definition, meant: Meaning) -> Asked | None:
    """The latest that `by` asked for of a definition, with what they see by now."""
    row = by.session.execute(
        select(ReportRun, Work)
        .join(Work, Work.id == ReportRun.id)
        .where(
            ReportRun.user_id == by.person_id,
            ReportRun.digest == digest_of(definition),
            ReportRun.sight == sight_of(meant, by),
            ReportRun.created_at > by.now - KEPT,
        )
        .order_by(ReportRun.created_at.desc(), ReportRun.id.desc())
        .limit(1)
    ).one_or_none()
    return Asked(row[0], row[1]) if row is not None else None


def result_of(run: ReportRun, by: Actor) -> Result | None:
    """The result of a run as it was counted; None where `by` sees something else by now.

    What `by` may not see at all is refused as the report itself. Periods mean what they meant then.
    """
    if run.result is None or run.as_of is None:
        return None
    meant = meaning(read(run.definition), replace(by, now=run.as_of))
    if run.sight not in (sight_of(meant, by), sight_of(meant, _narrowed(run, by))):
        return None
    found = unpack(run.result, meant)
    return assemble(meant, found.rows, found.before, run.as_of, is_cut=found.is_cut)


def _narrowed(run: ReportRun, by: Actor) -> Actor:
    """Who is not narrowed by a token, as the one was by which they asked for a run."""
    if run.scopes is None or by.rights.scopes is not None:
        return by
    return replace(by, rights=replace(by.rights, scopes=frozenset(run.scopes)))


def is_of_today(run: ReportRun, by: Actor) -> bool:
    """True for what was counted on this day of the firm's: other days' periods are others."""
    zone = ZoneInfo(by.tenant.zone)

    def day(moment: datetime) -> object:
        return moment.astimezone(zone).date()

    return run.as_of is not None and day(run.as_of) == day(by.now)
