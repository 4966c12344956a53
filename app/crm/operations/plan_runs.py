"""Plans under way: starting one with a record, stopping it, going on with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update

from app.crm.models import Activity, Plan, PlanRun
from app.crm.operations.plan_steps import OWNER, STARTER, due_at
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import _, current
from app.kernel.localized import pick
from app.records.door import perform
from app.records.many import perform_many
from app.records.model import Record
from app.records.references import existing
from app.records.registry import registry
from app.records.sharing.news import tell_of_batch
from app.records.types import RecordType

STAMP = "plan_runs"  # Drawn when the first plan is started, and never again.
KIND = "activity"
# What a plan says of each of its steps, whatever its starter may write.
SAID = tuple((KIND, key) for key in ("kind", "subject", "due_at", "owner_id"))


@dataclass(frozen=True, slots=True)
class Step:
    """One activity that starting a plan would make."""

    kind: str
    subject: str
    due_at: datetime
    owner_id: UUID | None


@dataclass(frozen=True, slots=True)
class Stands:
    """A run of a plan, and how many of its steps are done; those that its stop took away count."""

    run: PlanRun
    plan: Plan
    done: int
    total: int


def runs_of(record: Record, by: Actor) -> list[Stands]:
    """Every run of a plan with a record, the latest first."""
    done = func.count().filter(Activity.done_at.is_not(None))
    is_there = or_(Activity.deleted_at.is_(None), Activity.deleted_at == PlanRun.stopped_at)
    rows = by.session.execute(
        select(PlanRun, Plan, done.label("done"), func.count(Activity.id).label("total"))
        .join(Plan, Plan.id == PlanRun.plan_id)
        .outerjoin(Activity, and_(Activity.plan_run_id == PlanRun.id, is_there))
        .where(PlanRun.record_type == _type_of(record).key, PlanRun.record_id == record.id)
        .group_by(PlanRun.id, Plan.id)
        .order_by(PlanRun.id.desc())
    )
    return [Stands(row[0], row[1], row.done, row.total) for row in rows]


def steps_of(plans: Sequence[Plan], record: Record, by: Actor) -> dict[UUID, list[Step]]:
    """What starting each of `plans` with a record would make now, by the id of the plan.

    A step of somebody who left is the record's owner's; where nobody owns it, the starter's. Who
    left is asked once for all plans.
    """
    named = (parse_id(step["who"]) for plan in plans for step in plan.steps)
    active = existing("user", {one for one in (record.owner_id, *named) if one is not None}, by)
    return {plan.id: _steps(plan, record, active, by) for plan in plans}


def _steps(plan: Plan, record: Record, active: Collection[UUID], by: Actor) -> list[Step]:
    return [
        Step(
            one["kind"],
            pick(one["subject"], current(), by.tenant.language),
            due_at(one, by),
            _who(one["who"], record, active, by),
        )
        for one in plan.steps
    ]


def start_plan(record: Record, by: Actor, plan: object, run: object = None) -> dict[str, Any]:
    """Make the steps of a plan with a record; with `run`, go on with one that was stopped.

    Refused where it is no plan for such records or is under way there already. Whose the steps are
    and what they are is the plan's to say, so neither the reach of who starts it matters nor which
    of these fields their role may write.
    """
    found = _plan(plan, record, by)
    if by.session.scalar(select(exists().where(*_under_way(found.id, record)))):
        raise Refused(_("This plan is under way here already."), field="plan")
    if run is not None:
        _go_on(found, record, run, by)
        return {"plan": [None, dict(found.name)]}
    if found.is_retired:
        raise Refused(_("This plan is retired."), field="plan")
    made = PlanRun(
        id=new_id(),
        plan_id=found.id,
        record_type=_type_of(record).key,
        record_id=record.id,
        started_at=by.now,
        started_by_id=by.user_id,
        batch_id=by.batch_id,
    )
    by.session.add(made)
    by.session.flush()  # Its steps refer to it.
    _make_steps(found, made, record, by)
    if stamps.stamp(by.session, STAMP) is None:
        stamps.draw(by.session, STAMP)
    return {"plan": [None, dict(found.name)]}


def stop_plan(
    record: Record, by: Actor, plan: object, run: object = None, batch: object = None
) -> dict[str, Any]:
    """Take away the open steps of a plan that is under way with a record; what is done stays.

    With `run`, of that one alone; with `batch`, of those that this change of many records began;
    else of every run of the plan, as reopening a step of one that was over sets it under way again
    beside a later one. Refused where none is under way.
    """
    found = _plan(plan, record, by)
    under_way = select(PlanRun).where(*_under_way(found.id, record)).order_by(PlanRun.id)
    if run is not None:
        under_way = under_way.where(PlanRun.id == _id(run))
    if batch is not None:
        # What is no id is not to be taken for the runs that no batch began.
        began = (PlanRun.batch_id.is_not(None), PlanRun.batch_id == _id(batch))
        under_way = under_way.where(*began)
    runs = by.session.scalars(under_way).all()
    if not runs:
        raise _not_under_way(run, batch)
    _each(select(Activity).where(*_open([one.id for one in runs])), "delete", by)
    for one in runs:
        one.stopped_at = by.now
    return {"plan": [dict(found.name), None]}


def _not_under_way(run: object, batch: object) -> Refused:
    """Why nothing can be stopped: a later run, by somebody else, may well be under way."""
    if batch is not None:
        text = _("What that change started is over, or was stopped already.")
        return Refused(text, field="batch")
    return Refused(_("This plan is not under way here."), field="plan" if run is None else "run")


def _go_on(plan: Plan, record: Record, raw: object, by: Actor) -> None:
    """Bring the steps back that stopping a run took away."""
    run_id = _id(raw)
    run = by.session.get(PlanRun, run_id) if run_id else None
    of_this = run is not None and (run.plan_id, run.record_id) == (plan.id, record.id)
    if run is None or not of_this or run.stopped_at is None:
        raise Refused(_("This plan is not under way here."), field="run")
    taken = select(Activity).where(
        Activity.plan_run_id == run.id, Activity.deleted_at == run.stopped_at
    )
    _each(taken, "restore", by)
    run.stopped_at = None


def _each(steps: Select[Activity], verb: str, by: Actor) -> None:
    """Delete steps or bring them back, as one batch, of which their owners are told once."""
    batch_id = by.batch_id or new_id()
    batch = _reaching(by, "delete").in_batch(batch_id)
    for step in by.session.scalars(steps).all():
        perform(KIND, verb, step, by=batch)
    if by.batch_id is None:
        tell_of_batch(batch, batch_id)


def _make_steps(plan: Plan, run: PlanRun, record: Record, by: Actor) -> None:
    """Create the activities of a run, each through the door."""
    about = {"about_type": run.record_type, "about_id": record.id}
    rows = [
        {
            "kind": one.kind,
            "subject": one.subject,
            "due_at": one.due_at.isoformat(),
            "owner_id": one.owner_id,
            **about,
        }
        for one in steps_of([plan], record, by)[plan.id]
    ]
    ids = perform_many(KIND, "create", rows, by=_reaching(by, "create"))
    by.session.execute(
        update(Activity)
        .where(Activity.id.in_(ids))
        .values(plan_run_id=run.id)
        .execution_options(synchronize_session=False)
    )


def _reaching(by: Actor, verb: str) -> Actor:
    """`by`, whose right to do `verb` with activities, where there is one, reaches all of them.

    What a plan says of its steps they may write.
    """
    reaches = [(KIND, verb)] if by.may(KIND, verb) else []
    return replace(by, rights=by.rights.widened(reaches, SAID))


def _plan(raw: object, record: Record, by: Actor) -> Plan:
    """The plan that a request names, when it is one for such records."""
    plan_id = _id(raw)
    found = by.session.get(Plan, plan_id) if plan_id else None
    if found is None or _type_of(record).key not in found.record_types:
        raise Refused(_("There is no such plan for this."), field="plan")
    return found


def _id(raw: object) -> UUID | None:
    """An id as a request or an operation gives it; None for what is none."""
    return raw if isinstance(raw, UUID) else parse_id(str(raw or ""))


def _under_way(plan_id: UUID, record: Record) -> tuple[ColumnElement[bool], ...]:
    """A run of a plan with a record that has open steps and was not stopped."""
    return (
        PlanRun.plan_id == plan_id,
        PlanRun.record_type == _type_of(record).key,
        PlanRun.record_id == record.id,
        PlanRun.stopped_at.is_(None),
        exists().where(*_open([PlanRun.id])),
    )


def _open(run_ids: Sequence[Any]) -> tuple[ColumnElement[bool], ...]:
    """The steps of these runs that are still to be done."""
    return (
        Activity.plan_run_id.in_(run_ids),
        Activity.done_at.is_(None),
        Activity.deleted_at.is_(None),
    )


def _who(who: str, record: Record, active: Collection[UUID], by: Actor) -> UUID | None:
    if who == STARTER and by.user_id is not None:
        return by.user_id
    named = parse_id(who) if who not in (OWNER, STARTER) else None
    return next((one for one in (named, record.owner_id) if one in active), by.user_id)


def _type_of(record: Record) -> RecordType:
    return next(one for one in registry() if one.model is type(record))
