"""Where the letters of papers lie: those of the package, or a folder that was set."""

from __future__ import annotations

from pathlib import Path

import manimgx_fonts_cjk
from flask import current_app, has_app_context


def font_folder() -> Path:
    """The folder with the fonts, Noto Sans CJK among them."""
    settings = current_app.extensions.get("settings") if has_app_context() else None
    named = settings.fonts_folder if settings is not None else ""
    return Path(named) if named else Path(manimgx_fonts_cjk.__file__).parent
