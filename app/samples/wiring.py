"""The sample data handed over to the application: its addresses, its place in the settings."""

from __future__ import annotations

from flask import Flask

from app.identity import settings_pages
from app.identity.settings_pages import DATA, SettingsPage
from app.kernel.language import _
from app.samples.operations import MANAGE
from app.samples.routes import URL, blueprint

PAGE = SettingsPage(
    URL,
    "flask",
    DATA,
    _("Sample data"),
    _("Records of your trade to look around with, loaded and removed in one step."),
    MANAGE,
    synonyms=_("demo example test records try"),
)


def wire(app: Flask) -> None:
    """Register the page and its addresses."""
    settings_pages.add(PAGE)
    app.register_blueprint(blueprint)
