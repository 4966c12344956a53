"""Putting the first steps away."""

from __future__ import annotations

from flask import Response

from app.home.first_steps import end_first_steps
from app.home.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import see_other


@blueprint.post("/home/first-steps/end")
@access()
def end() -> Response:
    """Show them to this person no more."""
    end_first_steps(current.actor())
    return see_other("/")
