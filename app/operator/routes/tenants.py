"""The list of workspaces."""

from __future__ import annotations

from flask import Response, request

from app.operator import here
from app.operator.held_mails import held_mails
from app.operator.routes.blueprint import blueprint
from app.operator.tenancies import overview
from app.web.access import Side, Who, access
from app.web.render import page
from tenants.database import control_session


@blueprint.get("/operator")
@access(Side.SERVICE, Who.OPERATOR)
def workspaces() -> Response:
    """Every workspace with its state, how far its schema is, and its jobs."""
    search = request.args.get("q", "").strip()[:100]
    with control_session() as session:
        found = overview(session, search=search, after=request.args.get("after", "")[:63])
        held = [] if search or request.args.get("after") else held_mails(session)
    return page(
        "operator/workspaces.html",
        operator=here.operator(),
        found=found,
        held=held,
        search=search,
        url_of=here.settings().workspace_url,
        has_mail=here.settings().is_demo,
    )
