"""Rendering: a page and its htmx part are one template; a browser gets the page, htmx a block."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

from flask import Response, current_app, g, make_response, redirect, request
from jinja2 import Template
from markupsafe import Markup
from werkzeug.urls import iri_to_uri

from app.kernel import language
from app.kernel.searchkeys import search_text
from app.web import current, shell, toasts
from app.web.forgery import token
from app.web.shell import Link

COOKIE_YEAR = 365 * 24 * 3600


def is_htmx() -> bool:
    """True when htmx asks, so that a part of the page is enough."""
    return request.headers.get("HX-Request") == "true"


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
    context = {**_basics(), **_frame(), "toasts": toasts.shown(), **values}
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


@lru_cache(maxsize=256)
def unchanging(template: str, lang: str, mac: bool) -> Markup:
    """A part of the frame that only the language and the keyboard decide, rendered once for each.

    `lang` must be the language in use.
    """
    return _part(template, {"lang": lang, "mac": mac})


def _part(template: str, values: dict[str, Any]) -> Markup:
    """A part of the frame with the macros that it calls."""
    environment = current_app.jinja_env
    macros = environment.get_template("_macros.html").make_module(values)
    # Rendered with escaping, of a template of ours.
    return Markup(environment.get_template(template).render(values, m=macros))  # noqa: S704


class Entry(NamedTuple):
    """What the palette shows of a link, in the reader's language."""

    url: str
    icon: str
    label: str
    keywords: str


def palette(lang: str, mac: bool, create_actions: list[Link], pages: list[Link]) -> Markup:
    """The palette of a reader; those who may go to the same places in one language share it."""
    return _palette(lang, mac, tuple(map(_entry, create_actions)), tuple(map(_entry, pages)))


def _entry(link: Link) -> Entry:
    # Found by its English name too, whatever the reader's language is.
    english = getattr(link.label, "message", "")
    return Entry(link.url, link.icon, str(link.label), f"{link.keywords} {english}".strip())


@lru_cache(maxsize=512)
def _palette(
    lang: str, mac: bool, create_actions: tuple[Entry, ...], pages: tuple[Entry, ...]
) -> Markup:
    values = {
        "lang": lang,
        "mac": mac,
        "create_actions": [_spelled(one) for one in create_actions],
        "pages": [_spelled(one) for one in pages],
        "actions": shell.actions(),
    }
    return _part("_palette.html", values)


def _spelled(entry: Entry) -> Entry:
    """An entry that its pinyin and its initials find too."""
    spelled = search_text([entry.label]).replace("\n", " ")
    return entry._replace(keywords=f"{entry.keywords} {spelled}".strip())


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
        "languages": [(code, language.NATIVE_NAMES[code]) for code in language.OFFERED],
        "theme": "dark" if request.cookies.get("theme") == "dark" else "light",
        "mac": "Mac" in request.headers.get("User-Agent", ""),
        "path": request.path,
        "full_path": request.full_path.rstrip("?"),
        "csrf_token": cache(token),  # A list asks for it in every form.
        "unchanging": unchanging,
        "palette": palette,
        "by": current.actor_or_none(),
        "workspace": shell.workspace(),
        "person": shell.person(),
        "request_id": g.get("request_id", ""),
        "toasts": [],
    }


def _frame() -> dict[str, Any]:
    by = current.actor_or_none()
    return shell.frame(by) if by is not None else {}
