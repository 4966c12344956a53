"""Leaving handed over to the application: its routes, its right, its place in the settings."""

from __future__ import annotations

from flask import Flask

from app.identity import permissions, settings_pages
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import DATA, SettingsPage
from app.kernel.language import _
from app.leaving.near import farewell_due
from app.leaving.operations.takeout import TAKE, URL
from app.leaving.routes import blueprint

GROUP = PermissionGroup(
    TAKE[0],
    _("Everything in one file"),
    (Choice(TAKE[1], _("Take everything out")),),
    has_reach=False,
)
PAGE = SettingsPage(
    URL,
    "package",
    DATA,
    _("Take everything with you"),
    _("Every record and file in one, any day; and the end of the workspace."),
    TAKE,
    synonyms=_("leave export backup archive data portability cancel erase GDPR"),
)


def wire(app: Flask) -> None:
    """Register the right, the page and its addresses."""
    permissions.register(GROUP)
    settings_pages.add(PAGE)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["farewell_due"] = farewell_due
