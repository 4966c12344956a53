"""Built files: their hashed addresses and the icons of the sprite."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
PREFIX = "/static/dist/"


@cache
def manifest() -> dict[str, str]:
    """The hashed name of each built file; empty before the first build."""
    try:
        found: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


@cache
def asset(name: str) -> str:
    """The address of a built file: `app.js`, `app.css`, `icons.svg` ..."""
    return PREFIX + manifest().get(name, name)


@cache
def icon(name: str, cls: str = "", label: str | None = None) -> Markup:
    """An icon of the sprite; decorative, unless `label` names it for those who can't see it."""
    told = (
        f'role="img" aria-label="{escape(label)}"'
        if label
        else 'aria-hidden="true" focusable="false"'
    )
    use = f'<use href="{asset("icons.svg")}#{escape(name)}"></use>'
    # Every part is ours or escaped above.
    return Markup(f'<svg class="{escape(f"icon {cls}".strip())}" {told}>{use}</svg>')  # noqa: S704
