"""Home handed over to the application: its pages, what can be granted, the way to its settings."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from app.home.operations.homes import MANAGE
from app.home.routes import blueprint
from app.identity import permissions, settings_pages
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import PEOPLE, SettingsPage
from app.kernel.actor import Actor
from app.kernel.language import _
from app.web.shell import Link, Shell

HOMES = PermissionGroup(
    MANAGE[0], _("Homes of roles"), (Choice(MANAGE[1], _("Manage")),), has_reach=False
)
OF_ROLES = SettingsPage(
    "/settings/homes",
    "layout-dashboard",
    PEOPLE,
    _("Homes of roles"),
    _("What people meet on Home until they arrange their own: numbers and lists for each role."),
    MANAGE,
    synonyms=_("dashboard start page widgets default"),
)


def wire(app: Flask) -> None:
    """Register the pages, and let the palette lead to the wall and to arranging."""
    app.register_blueprint(blueprint)
    permissions.register(HOMES)
    settings_pages.add(OF_ROLES)
    shell: Shell = app.extensions["shell"]
    shell.pages.append(_pages)


def _pages(_by: Actor) -> Iterable[Link]:
    return [
        Link(
            "/home/arrange",
            "adjustments-horizontal",
            _("Arrange Home"),
            _("widgets dashboard customise add numbers"),
        ),
        Link(
            "/home/wall",
            "device-desktop",
            _("Wall"),
            _("full screen monitor office display kiosk dashboard"),
        ),
    ]
