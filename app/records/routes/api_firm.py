"""The firm's facts, for programs of whoever may change them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity.operations.firm import FACTS, MANAGE, FirmWish, change_firm, firm_of
from app.kernel.actor import Actor
from app.records.api.asked import refuse_arguments
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import firm as told
from app.records.openapi.described import described
from app.records.routes.api import blueprint, send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

BASE = "/firm"


@blueprint.get(BASE)
@described("get_firm", told.FIRM_TAG, told.FIRM_ONE, schemas=told.FIRM)
@access(who=Who.TOKEN, permission=MANAGE)
def show_firm() -> Response:
    """The firm's name, language, zone, country and currency, and the address of its workspace."""
    refuse_arguments(list(request.args))
    return _answer(current.actor())


@blueprint.patch(BASE)
@described("update_firm", told.FIRM_TAG, told.FIRM_ONE, schemas=told.FIRM, sends=told.FIRM_SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def update_firm() -> Response:
    """Change what is given, for everybody; the currency until the first amount was entered."""
    by = current.actor()
    body = body_of(FACTS)
    stands = firm_of(by)
    wished: dict[str, Any] = {key: text_of(body, key, stands[key]) for key in FACTS}
    change_firm(by, FirmWish(**wished))
    return _answer(by)


def _answer(by: Actor) -> Response:
    return send(Reply(200, dumps({**firm_of(by), "slug": by.tenant.slug})))
