"""The documentation of the workspace's API, for people."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.openapi import document
from app.records.pages.api_docs import Group, groups_of, matching
from app.records.routes.blueprint import blueprint
from app.records.routes.openapi import described_routes, server_url
from app.web import current
from app.web.access import access
from app.web.render import page

URL = "/api/docs"


@blueprint.get(URL)
@access()
def show_api_docs() -> Response:
    """What can be called, by record type; or what is found of it."""
    q = request.args.get("q", "").strip()[:200]
    groups = _groups()
    found = matching(groups, q) if q else []
    return page("records/api_docs.html", url=URL, groups=groups, q=q, found=found)


@blueprint.get(f"{URL}/<key>")
@access()
def show_api_group(key: str) -> Response:
    """The calls below one address."""
    groups = _groups()
    group = next((one for one in groups if one.key == key), None)
    if group is None:
        raise Missing(_("There is no such page."))
    return page("records/api_group.html", url=URL, groups=groups, group=group)


def _groups() -> list[Group]:
    return groups_of(document(current.actor(), server_url(), described_routes()))
