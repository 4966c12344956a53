"""The settings of documents: what stands on all of them."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from app.documents.pages import letterhead as pages
from app.documents.papers.letterhead import HEX, MANAGE, TEXTS, Wish, save_letterhead
from app.documents.papers.models import COLOUR
from app.documents.papers.pictures import MOST_SENT
from app.documents.routes.blueprint import blueprint
from app.identity.routes.asking import typed
from app.kernel.errors import Conflict, Refused
from app.kernel.language import OFFERED, _
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

PLACE = "/settings/documents"
FORM = "documents/letterhead.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_letterhead() -> Response:
    """What stands on every document."""
    return page(FORM, form=pages.head_form(current.actor()), next_url=_next())


@blueprint.post(PLACE)
@access(permission=MANAGE)
def change_letterhead() -> Response:
    """Keep it; where it is refused, what was typed stays."""
    by = current.actor()
    wish = _wish()
    try:
        save_letterhead(by, wish, seen_version())
    except (Refused, Conflict) as answer:
        by.session.rollback()
        alerts = () if answer.errors else (answer.message,)
        form = pages.head_form(by, wish, answer.errors, alerts)
        return page(FORM, status=answer.status, form=form, next_url=_next())
    toast(_("Saved."))
    return see_other(_next() or PLACE)


@blueprint.post(f"{PLACE}/preview")
@access(permission=MANAGE, while_previewing=True)
def preview_letterhead() -> Response:
    """A letter as it would look with what is being typed; nothing is kept."""
    by = current.actor()
    wish = _wish()
    if not HEX.match(wish.colour.lower()):
        wish = replace(wish, colour=COLOUR)
    language = typed("language") if typed("language") in OFFERED else OFFERED[0]
    try:
        sample, error = pages.sample(wish, language, by), ""
    except Refused as answer:
        sample, error = "", str(answer.message)
    return fragment("documents/_letterhead_sample.html", sample=sample, error=error)


def _next() -> str:
    """Where saving leads for who came from elsewhere, such as the first steps; "" for nowhere."""
    return safe_path(request.values.get("next"), "")


def _wish() -> Wish:
    texts = {key: {one: typed(f"{key}.{one}") for one in OFFERED} for key in TEXTS}
    return Wish(texts, typed("colour") or COLOUR, _sent("logo"), _sent("seal"))


def _sent(name: str) -> bytes | None:
    """A picture that was sent; nothing at all where it is to go, None where it stays."""
    if typed(f"no_{name}") == "1":
        return b""
    sent = request.files.get(name)
    return (sent.read(MOST_SENT + 1) or None) if sent is not None else None
