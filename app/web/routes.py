"""The shell's own routes: choosing the language, what the palette offers, the list of keys."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.kernel import language
from app.web import current, fetched, shell
from app.web.access import Side, Who, access
from app.web.links import safe_path
from app.web.render import is_mac, keep_language, see_other

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


@blueprint.get(fetched.PALETTE)
@access(while_suspended=True)
def palette() -> Response:
    """What the palette leads to, for this reader: what they may create and open, and actions."""
    frame = shell.frame(current.actor())
    return fetched.send(fetched.palette(frame, language.current(), is_mac()))


@blueprint.get(fetched.SHORTCUTS)
@access(while_suspended=True)
def shortcuts() -> Response:
    """All keys and what they do, as the reader's system writes them."""
    return fetched.send(fetched.shortcuts(language.current(), is_mac()))
