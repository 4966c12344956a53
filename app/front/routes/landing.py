"""The rental contract in plain words, and how the service does; "/" itself is Home's."""

from __future__ import annotations

from flask import Response

from app.front.pages.promises import promises
from app.front.pages.standing import standing
from app.front.routes.blueprint import blueprint
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page


@blueprint.get("/terms")
@access(Side.SERVICE, Who.ANYONE)
def terms() -> Response:
    """What a firm that rents may count on, and what we count on."""
    return page("front/terms.html", promises=promises())


@blueprint.get("/status")
@access(Side.SERVICE, Who.ANYONE)
def status() -> Response:
    """How the parts of the service do at this moment."""
    found = standing(current.moment())
    return page("front/status.html", found=found, status=200)
