"""Automation as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.automation.routes import blueprint
from app.automation.webhooks.models import WebhookDelivery
from app.automation.webhooks.stop import MANAGE, PLACE
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.language import _
from app.records.manifest import Module

WEBHOOKS = PermissionGroup(
    MANAGE[0], _("Webhooks"), (Choice(MANAGE[1], _("Manage")),), has_reach=False
)
PAGE = SettingsPage(
    PLACE,
    "webhook",
    _("Automation"),
    _("Webhooks"),
    _("Programs elsewhere are told at once when something happens here."),
    MANAGE,
    synonyms=_("callbacks integration events push notify"),
)

AUTOMATION = Module(
    key="automation",
    label=_("Automation"),
    record_types=(),
    blueprints=(blueprint,),
    permissions=(WEBHOOKS,),
    settings=(PAGE,),
    belongings=(WebhookDelivery,),
)
