"""Activity plans for programs: what `start_plan` can be told to start."""

from __future__ import annotations

from flask import Response

from app.crm.operations.plan_steps import UNITS
from app.crm.operations.plans import list_plans
from app.crm.routes.blueprint import blueprint
from app.kernel.language import LOCALES, _
from app.records.api.shape import dumps
from app.records.openapi.described import described
from app.records.openapi.parts import ID, TEXT, answer, one_of, record_of, ref
from app.records.openapi.values import Schema
from app.web import current
from app.web.access import Who, access

TEXTS: Schema = {"type": "object", "properties": dict.fromkeys(LOCALES, TEXT)}
STEP = record_of(kind=TEXT, subject=TEXTS, days={"type": "integer"}, unit=one_of(*UNITS), who=TEXT)
PLAN = record_of(
    id=ID,
    name=TEXTS,
    record_types={"type": "array", "items": TEXT},
    steps={"type": "array", "items": STEP},
)
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
