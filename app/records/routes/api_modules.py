"""The modules of a workspace, for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page
from app.records.api.inputs import flag_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import modules as told
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED
from app.records.routes.api import blueprint, send
from app.records.routes.sent import body_of
from app.records.switching import operations
from app.records.switching.operations import MANAGE, Switch
from app.web import current
from app.web.access import Who, access

BASE = "/modules"


@blueprint.get(BASE)
@described("list_modules", told.TAG, told.LISTED, schemas=told.NAMED, parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_modules() -> Response:
    """Every module that can be switched, whether it is on and whether the plan has it."""
    read_page(request.args, ())
    data = [_shown(one) for one in operations.list_switches(current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.patch(f"{BASE}/<key>")
@described("update_module", told.TAG, told.ONE, schemas=told.NAMED, sends=told.SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def change_module(key: str) -> Response:
    """Switch a module on or off; 402 where the plan lacks it."""
    by = current.actor()
    is_on = flag_of(body_of(("is_on",)), "is_on")
    if is_on is None:
        raise Refused(_("Please fill in this field."), field="is_on")
    change = operations.switch_on if is_on else operations.switch_off
    return send(Reply(200, dumps(_shown(change(key, by)))))


def _shown(one: Switch) -> dict[str, Any]:
    return {
        "key": one.module.key,
        "name": str(one.module.label),
        "is_on": one.is_on,
        "is_in_plan": one.is_in_plan,
    }
