"""Starting an activity plan with a record, stopping it, going on with it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.crm.models import Plan, PlanRun
from app.crm.operations.plan_runs import stop_plan
from app.crm.operations.plans import START
from app.crm.pages.plans import name_of, start_form
from app.crm.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.model import Record
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

FORM = "crm/plan_start.html"
STOP = stop_plan.__name__


@blueprint.get("/<collection:collection>/<uuid:record_id>/plan")
@access(record_verb="act")
def show_start(collection: str, record_id: UUID) -> Response:
    """What each plan would make of a record, in the drawer or as a page."""
    record_type, record, by = _record(collection, record_id, START)
    form = start_form(record_type, record, by, next_url=next_or(record_url(record_type, record_id)))
    return page(FORM, "form", form=form)


@blueprint.post("/<collection:collection>/<uuid:record_id>/plan")
@access(record_verb="act")
def do_start(collection: str, record_id: UUID) -> Response:
    """Start the plan that was chosen; the message stops it again."""
    record_type, record, by = _record(collection, record_id, START)
    chosen = request.form.get("plan", "")
    try:
        if not chosen:
            raise Refused(_("Choose a plan."), field="plan")
        perform(record_type, START, record, by=by, plan=chosen)
    except Refused as answer:
        by.session.rollback()
        record_type, record, by = _record(collection, record_id, START)
        form = start_form(
            record_type, record, by, next_url=next_or(""), chosen=chosen, answer=answer
        )
        return page(FORM, "form", status=422, form=form)
    url = record_url(record_type, record_id)
    run, plan = _latest(record_type, record, by)
    undo = f"{url}/plan/{run.id}/stop" if by.may(record_type.key, STOP) else None
    toast(_("The plan was started: %(name)s", name=name_of(plan, by)), undo_url=undo)
    return see_other(next_or(url))


@blueprint.post("/<collection:collection>/<uuid:record_id>/plan/<uuid:run_id>/stop")
@access(record_verb="act")
def do_stop(collection: str, record_id: UUID, run_id: UUID) -> Response:
    """Take the open steps of one run of a plan away; the message brings them back."""
    record_type, record, by = _record(collection, record_id, STOP)
    run, plan = _run(record, run_id, by)
    perform(record_type, STOP, record, by=by, plan=run.plan_id, run=run.id)
    url = record_url(record_type, record_id)
    undo = f"{url}/plan/{run.id}/resume" if by.may(record_type.key, START) else None
    toast(_("The plan was stopped: %(name)s", name=name_of(plan, by)), undo_url=undo)
    return see_other(next_or(url))


@blueprint.post("/<collection:collection>/<uuid:record_id>/plan/<uuid:run_id>/resume")
@access(record_verb="act")
def do_resume(collection: str, record_id: UUID, run_id: UUID) -> Response:
    """Bring the steps back that stopping a plan took away."""
    record_type, record, by = _record(collection, record_id, START)
    run, plan = _run(record, run_id, by)
    perform(record_type, START, record, by=by, plan=run.plan_id, run=run.id)
    toast(_("The plan goes on: %(name)s", name=name_of(plan, by)))
    return see_other(next_or(record_url(record_type, record_id)))


def _record(collection: str, record_id: UUID, verb: str) -> tuple[RecordType, Record, Actor]:
    """The record, when its type has plans and `by` may do `verb` on it."""
    if tailored_at(collection, current.actor()).action(verb) is None:
        raise Missing(_("There is no such page."))
    return record_for(collection, record_id, verb)


def _run(record: Record, run_id: UUID, by: Actor) -> tuple[PlanRun, Plan]:
    """A run of a record with its plan; Missing for one of another record."""
    run = by.session.get(PlanRun, run_id)
    if run is None or run.record_id != record.id:
        raise Missing(_("There is no such page."))
    return run, by.session.get_one(Plan, run.plan_id)


def _latest(record_type: RecordType, record: Record, by: Actor) -> tuple[PlanRun, Plan]:
    """The run that was just begun."""
    rows = select(PlanRun).where(
        PlanRun.record_type == record_type.key, PlanRun.record_id == record.id
    )
    run = by.session.scalars(rows.order_by(PlanRun.id.desc()).limit(1)).one()
    return run, by.session.get_one(Plan, run.plan_id)
