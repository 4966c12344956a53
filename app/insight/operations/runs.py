"""Reckonings asked for, found, and thinned out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.identity.operations.guard import require_change
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.models.run import DONE, WAITING
from app.insight.operations.settings import COMPUTE
from app.jobs.enqueue import enqueue
from app.jobs.progress import begin_work
from app.jobs.room import require_room
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, gettext
from app.records.datasets import dataset
from app.web.formats import formats

KIND = "reckon_insight"
STAMP = "insight"  # Drawn when another run is shown.
STEPS = 6
KEPT_DAYS = 7  # All runs of so many days; of older ones, those of the last day of each month.
EARLIEST = date(1990, 1, 1)


def firms_today(by: Actor) -> date:
    """The day by the firm's calendar, whatever the zone of whoever asks."""
    return by.now.astimezone(ZoneInfo(by.tenant.zone)).date()


def begin_run(by: Actor, as_of: date | None = None) -> InsightRun:
    """Let a worker reckon all customers as of a day, today where none is named.

    Conflict while another run is under way; Refused for a day that lies ahead, and where nothing
    tells what customers buy.
    """
    require_change(by, *COMPUTE)
    day = as_of or firms_today(by)
    if not EARLIEST <= day <= firms_today(by):
        message = _("Choose a day that has come, after 1990.")
        raise Refused(message, field="as_of")
    if dataset("purchases", by) is None:
        raise Refused(_("Switch on Sales first: values are reckoned from orders."))
    require_room(by)
    run = _begin(by, day)
    if run is None:
        raise Conflict(_("The values are being reckoned already. Wait until that is done."))
    title = gettext("Value of customers as of %(day)s", day=formats(by).day(day, by.today()))
    begin_work(by, run.id, KIND, title, total=STEPS, url="/insight", is_cancellable=False)
    return run


def begin_nightly(by: Actor) -> InsightRun | None:
    """Let a worker reckon all customers as of today; None where it is not the time for it."""
    if not by.tenant.allows("insight") or by.tenant.is_read_only:
        return None
    if dataset("purchases", by) is None:
        return None
    return _begin(by, firms_today(by))


def _begin(by: Actor, day: date) -> InsightRun | None:
    """Note a run and its job; None where one is under way."""
    made = by.session.execute(
        insert(InsightRun)
        .values(
            id=new_id(),
            as_of=day,
            state=WAITING,
            is_under_way=True,
            is_current=False,
            asked_by_id=by.person_id,
            created_at=by.now,
            facts={},
        )
        .on_conflict_do_nothing(index_elements=["is_under_way"])
        .returning(InsightRun.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    enqueue(by, KIND, {"run_id": str(made)}, key=f"{KIND}:{made}")
    return by.session.get_one(InsightRun, made)


def has_runs(by: Actor) -> bool:
    """True once a run was finished; asked with the stamps, so that it costs no statement."""
    return stamps.stamp(by.session, STAMP) is not None


def current_run(by: Actor) -> InsightRun | None:
    """The run that pages show: the one that was finished last."""
    if not has_runs(by):
        return None
    return by.session.scalars(select(InsightRun).where(InsightRun.is_current)).one_or_none()


def run_under_way(by: Actor) -> InsightRun | None:
    """The run that is waiting or being made, if there is one."""
    return by.session.scalars(
        select(InsightRun).where(InsightRun.is_under_way.is_(True))
    ).one_or_none()


def find_run(by: Actor, run_id: UUID) -> InsightRun:
    """A run by its id; Missing where there is none."""
    found = by.session.get(InsightRun, run_id)
    if found is None:
        raise Missing(_("There is no such reckoning."))
    return found


def latest_runs(by: Actor, limit: int) -> Sequence[InsightRun]:
    """The runs, the latest first."""
    newest = select(InsightRun).order_by(InsightRun.created_at.desc(), InsightRun.id.desc())
    return by.session.scalars(newest.limit(limit)).all()


def previous_of(run: InsightRun, by: Actor) -> UUID | None:
    """The last finished run of a day before that of this one, in the same basis."""
    return by.session.scalar(
        select(InsightRun.id)
        .where(
            InsightRun.state == DONE,
            InsightRun.as_of < run.as_of,
            InsightRun.basis == run.basis,
        )
        .order_by(InsightRun.as_of.desc(), InsightRun.created_at.desc(), InsightRun.id.desc())
        .limit(1)
    )


def make_current(run: InsightRun, by: Actor) -> None:
    """Let pages and filters show a run, and no other."""
    quiet = {"synchronize_session": False}
    for table, mine in ((InsightRun, InsightRun.id), (InsightSnapshot, InsightSnapshot.run_id)):
        is_current = table.is_current
        stop = update(table).where(is_current).values(is_current=False)
        by.session.execute(stop, execution_options=quiet)
        start = update(table).where(mine == run.id).values(is_current=True)
        by.session.execute(start, execution_options=quiet)
    stamps.draw(by.session, STAMP)
    by.session.expire(run)


def thin_runs(by: Actor) -> int:
    """Drop old runs and answer with how many: those of the last week and of month ends stay.

    Of several as of one day the last one counts. The one that is shown and the one before it stay.
    """
    runs = by.session.scalars(
        select(InsightRun)
        .where(InsightRun.is_under_way.is_(None))
        .order_by(InsightRun.as_of, InsightRun.created_at, InsightRun.id)
    ).all()
    done = [one for one in runs if one.state == DONE]
    of_day = {one.as_of: one.id for one in done}
    of_month = {(day.year, day.month): run_id for day, run_id in of_day.items()}
    oldest = firms_today(by) - timedelta(days=KEPT_DAYS)
    kept = {run_id for day, run_id in of_day.items() if day > oldest} | set(of_month.values())
    for one in done:
        if one.is_current:
            kept |= {one.id, *((one.previous_id,) if one.previous_id else ())}
    kept |= {one.id for one in runs if one.state != DONE and day_of(one, by) > oldest}
    dropped = [one.id for one in runs if one.id not in kept]
    if dropped:
        by.session.execute(delete(InsightRun).where(InsightRun.id.in_(dropped)))
    return len(dropped)


def day_of(run: InsightRun, by: Actor) -> date:
    """The day by the firm's calendar on which a run was asked for."""
    return run.created_at.astimezone(ZoneInfo(by.tenant.zone)).date()
