"""The shell's own routes: choosing the language."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.kernel import language
from app.web.access import Side, Who, access
from app.web.links import safe_path
from app.web.render import keep_language, see_other

blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.post("/language")
@access(Side.BOTH, Who.ANYONE, while_suspended=True, while_previewing=True)
def choose_language() -> Response:
    """Keep the language that a visitor chose, in this browser, and lead back to the page."""
    wanted = request.form.get("lang", "")
    response = see_other(safe_path(request.form.get("next")))
    if wanted in language.LOCALES:
        keep_language(response, wanted)
    return response
