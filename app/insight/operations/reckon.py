"""One run: every customer reckoned as of a day, by SQL, in steps that are kept one by one."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select

from app.insight.models import InsightRun, InsightSnapshot
from app.insight.models.run import DONE, FAILED, RUNNING
from app.insight.operations.class_fields import write_fields
from app.insight.operations.classes import classes_for, classify
from app.insight.operations.history import histories, in_whole_sets, kept_deals
from app.insight.operations.purchase_model import learn
from app.insight.operations.quadrants import place_in_quadrants, threshold
from app.insight.operations.reasons import find_reasons
from app.insight.operations.rescues import measure_rescues
from app.insight.operations.runs import STEPS, day_of, make_current, previous_of, thin_runs
from app.insight.operations.settings import MARGIN, REVENUE, Settings, settings_of
from app.insight.operations.silence import ENOUGH
from app.insight.operations.values import reckon_potential, reckon_values
from app.jobs.enqueue import enqueue
from app.jobs.progress import State, advance, finish, lock_work
from app.kernel.actor import Actor
from app.kernel.language import gettext
from tenants.scope import keep

WRITE_FIELDS = "write_insight_fields"


def reckon(by: Actor, run_id: UUID, *, in_steps: bool = True) -> None:
    """Make a run, unless it has ended; a run whose worker was killed is begun anew.

    Each step is kept by itself; without `in_steps` all of it stands or falls with the transaction.
    """
    run = _hold(run_id, by)
    if run is None:
        return
    run.state = RUNNING
    in_whole_sets(by.session)
    by.session.execute(delete(InsightSnapshot).where(InsightSnapshot.run_id == run_id))
    settings = settings_of(by)
    run.basis = _basis(run, settings, by)
    percent = settings.margin_percent
    _take_histories(run, percent, by)
    _step(run, 1, by, in_steps=in_steps)
    classify(by.session, run.id, run.customers)
    _step(run, 2, by, in_steps=in_steps)
    weights = learn(by.session, run.id, run.as_of, run.basis, percent, by)
    reckon_values(by.session, run.id, weights, by)
    _step(run, 3, by, in_steps=in_steps)
    reckon_potential(run, by)
    _step(run, 4, by, in_steps=in_steps)
    run.previous_id = previous_of(run, by)
    ways = (
        ("current", settings.current_by, settings.current_own),
        ("potential", settings.potential_by, settings.potential_own),
    )
    marks = {key: threshold(by.session, run.id, key, way, own) for key, way, own in ways}
    place_in_quadrants(by.session, run.id, run.previous_id, marks)
    find_reasons(by, run, has_model=weights is not None)
    run.facts = {
        "classes": classes_for(run.customers),
        "marks": {key: str(one) for key, one in marks.items()},
        "ways": {key: way for key, way, _own in ways},
        "weights": list(weights) if weights is not None else None,
    }
    _step(run, 5, by, in_steps=in_steps)
    run.state, run.is_under_way, run.ended_at = DONE, None, by.now
    by.session.flush()  # What is shown from now on is decided by statements.
    make_current(run, by)
    measure_rescues(by, run.as_of)
    thin_runs(by)
    work = lock_work(by.session, run_id)
    if work is not None:
        advance(work, STEPS)
        finish(work, State.DONE, by.now)
    if settings.keeps_fields and has_classes(run, by):
        enqueue(by, WRITE_FIELDS, {"run_id": str(run_id)}, key=f"{WRITE_FIELDS}:{run_id}")


def has_classes(run: InsightRun, by: Actor) -> bool:
    """True of a run whose classes are to be kept: of the day it was asked for, and of enough."""
    return run.customers >= ENOUGH and run.as_of == day_of(run, by)


def keep_classes(by: Actor, run_id: UUID, *, in_steps: bool = True) -> int:
    """Write the classes of a run to the accounts while it is the one that is shown.

    Answers with how many accounts changed.
    """
    run = by.session.get(InsightRun, run_id)
    if run is None or not run.is_current or not has_classes(run, by):
        return 0
    if not settings_of(by).keeps_fields:
        return 0
    return write_fields(run, by, in_steps=in_steps)


def give_up(by: Actor, run_id: UUID) -> None:
    """End a run whose job became a dead letter, so that another can begin."""
    run = _hold(run_id, by)
    if run is None:
        return
    by.session.execute(delete(InsightSnapshot).where(InsightSnapshot.run_id == run_id))
    run.state, run.is_under_way, run.ended_at = FAILED, None, by.now
    run.error = gettext("It failed again and again and was given up.")
    work = lock_work(by.session, run_id)
    if work is not None:
        finish(work, State.FAILED, by.now, run.error)


def _hold(run_id: UUID, by: Actor) -> InsightRun | None:
    """The run, held while it is under way; else None."""
    return by.session.scalars(
        select(InsightRun)
        .where(InsightRun.id == run_id, InsightRun.is_under_way.is_(True))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _step(run: InsightRun, done: int, by: Actor, *, in_steps: bool) -> None:
    """Keep what was done so far, and say how far it has come."""
    work = lock_work(by.session, run.id)
    if work is not None:
        advance(work, done)
    if in_steps:
        keep(by.session)
        in_whole_sets(by.session)


def _basis(run: InsightRun, settings: Settings, by: Actor) -> str:
    """What values are reckoned in: margin where that of every deal can be told, else revenue."""
    if settings.basis == REVENUE:
        return REVENUE
    if settings.margin_percent is not None:
        return MARGIN
    deals = kept_deals(run.as_of, by)
    if deals is None:
        return REVENUE
    found = by.session.execute(
        select(func.count(), func.count(deals.c.margin)).select_from(deals)
    ).one()
    return MARGIN if found[0] and found[0] == found[1] else REVENUE


def _take_histories(run: InsightRun, percent: Decimal | None, by: Actor) -> None:
    """Write what each customer bought, and how much data that is."""
    rows = histories(run.as_of, run.basis, percent, by)
    if rows is None:
        return
    found = rows.subquery("found")
    keys = [column.key for column in found.c]
    by.session.execute(
        insert(InsightSnapshot).from_select(
            ["run_id", "is_current", *keys], select(literal(run.id), literal(value=False), *found.c)
        )
    )
    row = InsightSnapshot
    run.customers, run.purchases, run.returns, run.first_on, run.last_on = by.session.execute(
        select(
            func.count().filter(row.frequency > 0),
            func.coalesce(func.sum(row.frequency), 0),
            func.coalesce(func.sum(row.returns), 0),
            func.min(row.first_on),
            func.max(row.last_on),
        ).where(row.run_id == run.id)
    ).one()
