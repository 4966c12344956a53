"""Thresholds and names of the value matrix for programs."""

from __future__ import annotations

from flask import Response, request

from app.insight.operations.settings import MANAGE, Settings, save_settings, settings_of
from app.insight.routes import told
from app.insight.routes.blueprint import blueprint, is_on
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import NOT_MODIFIED
from app.records.routes.api import send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

PLACE = "/api/v1/insight/settings"


@blueprint.get(PLACE)
@described(
    "get_insight_settings",
    told.TAG,
    told.SETTINGS | NOT_MODIFIED,
    schemas=told.SCHEMAS,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=MANAGE)
def get_settings() -> Response:
    """From which value on a customer is high, and what the quadrants are called."""
    refuse_arguments(list(request.args))
    response = send(_marked(settings_of(current.actor())))
    response.make_conditional(request)
    return response


@blueprint.put(PLACE)
@described(
    "set_insight_settings",
    told.TAG,
    told.SETTINGS,
    schemas=told.SCHEMAS,
    sends=told.SENT_SETTINGS,
    is_versioned=True,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=MANAGE)
def set_settings() -> Response:
    """Set what is sent; the rest stays. It holds from the next reckoning on."""
    by = current.actor()
    body = body_of(tuple(told.SET))
    version = seen_version(request.if_match, settings_of(by)) if request.if_match else None
    return send(_marked(save_settings(by, body, version)))


def _marked(settings: Settings) -> Reply:
    return marked({**settings.told(), "version": settings.version}, settings.version)
