"""Plan and bill handed over to the application: pages, what can be granted, the way to them."""

from __future__ import annotations

from flask import Flask

from app.billing.notices import MANAGE, PLAN, USAGE
from app.billing.owed import bill_owed
from app.billing.routes import blueprint
from app.identity import permissions, settings_pages
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.language import _

BILLING = PermissionGroup(
    MANAGE[0], _("Plan and bill"), (Choice(MANAGE[1], _("Manage")),), has_reach=False
)
GROUP = _("Subscription")
USAGE_PAGE = SettingsPage(
    USAGE,
    "gauge",
    GROUP,
    _("Usage"),
    _("How much of your plan is used: seats, records, storage, e-mails."),
    MANAGE,
    synonyms=_("limits quota storage seats"),
)
PLAN_PAGE = SettingsPage(
    PLAN,
    "credit-card",
    GROUP,
    _("Plan and bill"),
    _("Your plan, seats, card and bills; change, cancel, resume."),
    MANAGE,
    synonyms=_("subscription invoice payment price upgrade cancel"),
)


def wire(app: Flask) -> None:
    """Register the pages and what a role may be granted."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["bill_owed"] = bill_owed
    permissions.register(BILLING)
    settings_pages.add(PLAN_PAGE)
    settings_pages.add(USAGE_PAGE)
