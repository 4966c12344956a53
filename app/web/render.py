"""Rendering: a page and its htmx part are one template; a browser gets the page, htmx a block."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Response, current_app, g, make_response, redirect, request
from jinja2 import Template
from werkzeug.urls import iri_to_uri

from app.kernel import language
from app.web import current, parts, shell, toasts
from app.web.forgery import token

COOKIE_YEAR = 365 * 24 * 3600


def is_htmx() -> bool:
    """True when htmx asks, so that a part of the page is enough."""
    return request.headers.get("HX-Request") == "true"


def is_mac() -> bool:
    """True when the reader's keyboard has a Command key."""
    return "Mac" in request.headers.get("User-Agent", "")


def page(template: str, block: str | None = None, *, status: int = 200, **values: Any) -> Response:
    """Answer with a page, or with one block of it when htmx asks for a part.

    The block is the one named, else the one whose name is the id in `HX-Target` (`drawer-body` is
    block `drawer_body`); a template without it answers with the whole page.
    """
    found = current_app.jinja_env.get_template(template)
    if is_htmx() and request.headers.get("HX-Request-Type") != "full":
        wanted = block or target_block()
        if wanted in found.blocks:
            return _answer(render_block(found, wanted, values), status)
    basics = _basics()
    context = {**basics, **_frame(basics), "toasts": toasts.shown(), **values}
    return _answer(found.render(context), status)


def fragment(template: str, *, status: int = 200, **values: Any) -> Response:
    """Answer with a template that is a part of pages and never a page itself."""
    found = current_app.jinja_env.get_template(template)
    return _answer(found.render({**_basics(), **values}), status)


def render_block(template: Template, name: str, values: dict[str, Any]) -> str:
    """One block of a template, followed by the messages that this answer shows."""
    macros = current_app.jinja_env.get_template("_macros.html")
    basics = {**_basics(), **values}
    basics.setdefault("m", macros.make_module(basics))
    context = template.new_context(basics)
    html = "".join(template.blocks[name](context))
    shown = toasts.shown()
    if shown:
        extra = current_app.jinja_env.get_template("_toasts.html")
        html += extra.render({**basics, "toasts": shown, "toasts_oob": True})
    return html


def target_block() -> str:
    """The block that htmx wants to replace: `div#drawer-body` names block `drawer_body`."""
    return request.headers.get("HX-Target", "").rpartition("#")[2].replace("-", "_")


def see_other(url: str) -> Response:
    """Lead the reader to `url` after a change, by 303 or htmx's own header."""
    toasts.keep_for_next_page()
    if is_htmx():
        # As werkzeug does for Location: a header holds no letters beyond Latin ones.
        return Response(status=204, headers={"HX-Redirect": iri_to_uri(url)})
    return make_response(redirect(url, 303))


def keep_language(response: Response, wanted: str) -> None:
    """Keep the language that the reader chose, in this browser; scripts may read it."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie("lang", wanted, max_age=COOKIE_YEAR, samesite="Lax", secure=secure)


def _answer(html: str, status: int) -> Response:
    return Response(html, status=status, mimetype="text/html")


def _basics() -> dict[str, Any]:
    """What every template may use; cheap, as parts of pages need it too."""
    return {
        "lang": language.current(),
        "html_lang": language.HTML_LANG[language.current()],
        "languages": parts.languages(),
        "theme": "dark" if request.cookies.get("theme") == "dark" else "light",
        "mac": is_mac(),
        "path": request.path,
        "full_path": request.full_path.rstrip("?"),
        "csrf_token": cache(token),  # A list asks for it in every form.
        "unchanging": parts.unchanging,
        "by": current.actor_or_none(),
        "workspace": shell.workspace(),
        "person": shell.person(),
        "request_id": g.get("request_id", ""),
        "toasts": [],
    }


def _frame(basics: dict[str, Any]) -> dict[str, Any]:
    """What `base.html` shows around a page; around a visitor's there is nothing to choose."""
    by = current.actor_or_none()
    return parts.around(shell.frame(by) if by is not None else shell.NO_FRAME, basics)
