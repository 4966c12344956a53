"""Reports handed over to the application: pages, API, what can be granted, the way to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Flask

from app.identity import permissions
from app.identity.permissions import Choice, PermissionGroup
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.manifest import Module
from app.reports import ready
from app.reports.operations.keep import SHARE
from app.reports.routes import blueprint
from app.web.shell import Link, Shell

REPORTS = PermissionGroup(
    SHARE[0],
    _("Reports"),
    (Choice(SHARE[1], _("Share with a role or with everyone")),),
    has_reach=False,
)


def wire(app: Flask, modules: Sequence[Module]) -> None:
    """Register the pages and know the reports that modules declare."""
    app.register_blueprint(blueprint)
    permissions.register(REPORTS)
    ready.install(one for module in modules for one in module.reports)
    shell: Shell = app.extensions["shell"]
    shell.foot.insert(0, _way)
    shell.pages.append(_pages)


def _way(_by: Actor) -> Iterable[Link]:
    """Reports in the rail."""
    return [Link("/reports", "chart-bar", _("Reports"))]


def _pages(by: Actor) -> Iterable[Link]:
    """Every report that comes with the product, and a new one, in the palette."""
    new = Link("/reports/build", "plus", _("New report"), _("count group measure pivot chart"))
    return [
        new,
        *(
            Link(f"/reports/ready/{one.key}", "chart-bar", one.label, one.text)
            for one in ready.ready_reports(by)
        ),
    ]
