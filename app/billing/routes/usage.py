"""What the workspace uses of its plan: a page, and the same for programs."""

from __future__ import annotations

from flask import Response, jsonify, request

from app.billing.notices import MANAGE, USAGE
from app.billing.routes.blueprint import blueprint
from app.billing.usage import Use, uses
from app.kernel import language
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.openapi.described import described
from app.records.openapi.parts import TEXT, WHOLE, answer, nullable, record_of
from app.web import current
from app.web.access import Who, access
from app.web.render import page
from tenants.plans import PlanError, plan_of

TAG = _("Plan and bill")
LINE = record_of(limit=TEXT, used=WHOLE, most=nullable(WHOLE))
USES = record_of(plan=TEXT, data={"type": "array", "items": LINE})


@blueprint.get(USAGE)
@access(permission=MANAGE, while_suspended=True)
def show_usage() -> Response:
    """Each limit with a bar, and what to do where it is near."""
    by = current.actor()
    return page("billing/usage.html", by_limit=uses(by), plan=plan_name(), write=written)


@blueprint.get("/api/v1/usage")
@described("get_usage", TAG, {"200": answer(USES)})
@access(who=Who.TOKEN, permission=MANAGE, while_suspended=True)
def api_usage() -> Response:
    """What the workspace uses of its plan: each limit, without one where `most` is null."""
    refuse_arguments(list(request.args))
    lines = [
        {"limit": one.limit.value, "used": one.used, "most": one.most}
        for one in uses(current.actor())
    ]
    return jsonify({"plan": current.tenant().plan, "data": lines})


def written(use: Use, value: int) -> str:
    """A number of a limit for this reader."""
    return use.written(current.actor(), value)


def plan_name() -> str:
    """The plan's name in the reader's language; its key where it is offered no longer."""
    key = current.tenant().plan
    try:
        found = plan_of(key)
    except PlanError:
        return key
    return found.text(found.name, language.current())
