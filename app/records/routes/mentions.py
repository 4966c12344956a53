"""Offering colleagues to whoever types an @."""

from __future__ import annotations

from flask import Response, request

from app.records.mentions.colleagues import offer_colleagues
from app.records.pages.finding import Found
from app.records.pages.looks import face
from app.records.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import fragment


@blueprint.get("/mentions")
@access()
def offer_mentions() -> Response:
    """Colleagues who fit what was typed behind an @; each option's text is what to write there."""
    by = current.actor()
    found = [
        Found(str(one.id), "", one.handle, one.email, "user", face(None, one.id, one.name))
        for one in offer_colleagues(request.args.get("q", ""), by)
    ]
    return fragment("records/_options.html", found=found)
