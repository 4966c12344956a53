"""The OpenAPI document of the workspace, as programs and their makers read it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, current_app, request

from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi import document
from app.records.openapi.described import Route, described, description_of
from app.records.openapi.parts import answer
from app.records.routes.api import blueprint, send
from app.web import current
from app.web.access import Who, access, declared_access


@blueprint.get("/openapi.json")
@described("get_openapi", _("API documentation"), {"200": answer({"type": "object"})})
@access(who=Who.TOKEN)
def show_openapi() -> Response:
    """What the caller can ask of this workspace's API, its own fields and modules included."""
    refuse_arguments(list(request.args))
    told = document(current.actor(), server_url(), described_routes())
    return send(Reply(200, dumps(told)))


def server_url() -> str:
    """Where the API of this workspace is."""
    return f"{request.host_url.rstrip('/')}{blueprint.url_prefix}"


def described_routes() -> Iterator[Route]:
    """Every route of the API that describes itself, once for each of its methods."""
    prefix = f"{blueprint.url_prefix}/"
    for rule in current_app.url_map.iter_rules():
        view = current_app.view_functions[rule.endpoint]
        found, declared = description_of(view), declared_access(view)
        if found is None or declared is None or not rule.rule.startswith(prefix):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = rule.rule.removeprefix(prefix[:-1])
            yield Route(path, method.lower(), found, declared, view.__doc__ or "")
