"""The first steps of a new workspace, for programs of whoever sets it up."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.home.first_steps import TASKS, end_first_steps, first_steps
from app.home.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.inputs import demand_scope
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import FLAG, TEXT, answer, one_of, record_of, ref
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.routes.sent import once
from app.web import current
from app.web.access import Who, access

URL = "/api/v1/first_steps"
TAG = _("First steps")
STEP = record_of(key=one_of(*(one.key for one in TASKS)), label=TEXT, text=TEXT, is_done=FLAG)
NAMED: dict[str, Schema] = {
    "FirstStep": STEP,
    "FirstSteps": record_of(is_shown=FLAG, steps={"type": "array", "items": ref("FirstStep")}),
}
ONE = {"200": answer(ref("FirstSteps"))}
SCOPE = ("home", "manage")  # Putting them away changes the caller's Home.


@blueprint.get(URL)
@described("get_first_steps", TAG, ONE, schemas=NAMED)
@access(who=Who.TOKEN)
def show_first_steps_to_program() -> Response:
    """The caller's steps and which are done; none are shown to who does not set it up."""
    refuse_arguments(list(request.args))
    return send(_reply(current.actor()))


@blueprint.post(f"{URL}/end")
@described("end_first_steps", TAG, ONE, schemas=NAMED, is_repeatable=True)
@access(who=Who.TOKEN)
def end_first_steps_by_program() -> Response:
    """Put them away from the caller's Home; whatever was made stays."""
    by = current.actor()
    demand_scope(by, *SCOPE)

    def work(_body: dict[str, Any]) -> Reply:
        end_first_steps(by)
        return _reply(by)

    return once(work)


def _reply(by: Actor) -> Reply:
    found = first_steps(by)
    steps = [
        {
            "key": one.task.key,
            "label": str(one.task.label),
            "text": str(one.task.text),
            "is_done": one.is_done,
        }
        for one in (found.steps if found is not None else ())
    ]
    return Reply(200, dumps({"is_shown": found is not None, "steps": steps}))
