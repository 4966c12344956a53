"""Activity plans for programs: what `start_plan` can be told to start."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.crm.operations.plan_runs import Stands, runs_of
from app.crm.operations.plan_steps import UNITS
from app.crm.operations.plans import list_plans
from app.crm.routes.blueprint import blueprint
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import (
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    localized,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
)
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

TEXTS = localized()
STEP = record_of(kind=TEXT, subject=TEXTS, days={"type": "integer"}, unit=one_of(*UNITS), who=TEXT)
PLAN = record_of(
    id=ID,
    name=TEXTS,
    record_types={"type": "array", "items": TEXT},
    steps={"type": "array", "items": STEP},
)
STATES = ("under_way", "done", "stopped")
RUN = record_of(
    id=ID,
    plan_id=ID,
    name=TEXTS,
    state=one_of(*STATES),
    done=WHOLE,
    total=WHOLE,
    started_at=MOMENT,
    started_by_id=nullable(ID),
    stopped_at=nullable(MOMENT),
)
RUNS = {"200": answer(page_of("PlanRun"))}
LISTED: Schema = {"type": "array", "items": ref("ActivityPlan")}
ANSWERS = {"200": answer(record_of(data=LISTED))}


@blueprint.get("/api/v1/activity-plans")
@described("list_activity_plans", _("Activity plans"), ANSWERS, schemas={"ActivityPlan": PLAN})
@access(who=Who.TOKEN, permission=("activity", "read"))
def list_activity_plans() -> Response:
    """The plans that can be started, with their steps."""
    plans = [
        {
            "id": str(one.id),
            "name": one.name,
            "record_types": one.record_types,
            "steps": one.steps,
        }
        for one in list_plans(current.actor())
        if not one.is_retired
    ]
    return Response(dumps({"data": plans}), mimetype="application/json")


def _has_plans(record_type: RecordType) -> bool:
    return record_type.action("start_plan") is not None


@blueprint.get("/api/v1/<collection:collection>/<uuid:record_id>/plans")
@described("list_plan_runs", _("Activity plans"), RUNS, schemas={"PlanRun": RUN}, fits=_has_plans)
@access(who=Who.TOKEN, record_verb="read")
def list_plan_runs(collection: str, record_id: UUID) -> Response:
    """The plans that were started with a record; `stop_plan` and `start_plan` take the `run`."""
    by = current.actor()
    refuse_arguments(list(request.args))
    record_type = tailored_at(collection, by)
    record = fetch(record_type, record_id, by)
    if not _has_plans(record_type):
        raise Missing(_("There is no such page."))
    if not by.may("activity", "read"):
        raise NotPermitted(_("Your role does not allow this."))
    data = [_run(one) for one in runs_of(record, by)]
    return send(Reply(200, dumps({"data": data, "next": None})))


def _run(one: Stands) -> dict[str, Any]:
    run = one.run
    state = "stopped" if run.stopped_at else "done" if one.done == one.total else "under_way"
    return {
        "id": str(run.id),
        "plan_id": str(run.plan_id),
        "name": one.plan.name,
        "state": state,
        "done": one.done,
        "total": one.total,
        "started_at": as_json(run.started_at),
        "started_by_id": str(run.started_by_id) if run.started_by_id else None,
        "stopped_at": as_json(run.stopped_at),
    }
