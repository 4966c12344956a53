"""Drawing a part of a page apart from the page, so that it can be kept for many readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

TOKEN, HERE = "\x1ftoken\x1f", "\x1fhere\x1f"  # No address and no text holds such a sign.


def render_part(template: str, values: dict[str, Any]) -> Markup:
    """A part of a page with the macros that it calls; TOKEN and HERE stand for what differs."""
    environment = current_app.jinja_env
    macros = environment.get_template("_macros.html").make_module(values)
    # Rendered with escaping, of a template of ours.
    return Markup(environment.get_template(template).render(values, m=macros))  # noqa: S704


def put_in(html: Markup, token: Callable[[], str], here: str) -> Markup:
    """A kept part with this visit's token and the address that its forms come back to."""
    found = str(html).replace(TOKEN, str(escape(token()))).replace(HERE, str(escape(here)))
    return Markup(found)  # noqa: S704  # Both were escaped, the rest was rendered.
