"""Activity plans for programs: what `start_plan` can be told to start."""

from __future__ import annotations

from flask import Response

from app.crm.operations.plans import list_plans
from app.crm.routes.blueprint import blueprint
from app.records.api.shape import dumps
from app.web import current
from app.web.access import Who, access


@blueprint.get("/api/v1/activity-plans")
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
