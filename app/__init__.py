"""The renting firms' side of Zuke: what their people see and do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Settings


def create_app(settings: Settings, *, for_jobs: bool = False) -> Flask:
    """The application, ready to serve; `for_jobs` gives statements the time that jobs may take."""
    from app.assembly import assemble  # Imported late: commands that need no Flask stay quick.

    return assemble(settings, for_jobs=for_jobs)
