"""The overview of the settings."""

from __future__ import annotations

from flask import Response, request

from app.identity import settings_pages
from app.identity.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page


@blueprint.get("/settings")
@access(while_suspended=True)
def settings() -> Response:
    """Every page of the settings that this person may open, or those that a search finds."""
    search = request.args.get("q", "")[:100]
    found = settings_pages.groups(current.actor(), search)
    return page("identity/settings.html", groups=found, search=search)
