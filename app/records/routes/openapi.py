"""The OpenAPI document of the workspace, as programs and their makers read it."""

from __future__ import annotations

from flask import Response, request

from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi import document
from app.records.routes.api import blueprint, send
from app.web import current
from app.web.access import Who, access


@blueprint.get("/openapi.json")
@access(who=Who.TOKEN)
def show_openapi() -> Response:
    """What the caller can ask of this workspace's API, its own fields and modules included."""
    refuse_arguments(list(request.args))
    server = f"{request.host_url.rstrip('/')}{blueprint.url_prefix}"
    return send(Reply(200, dumps(document(current.actor(), server))))
