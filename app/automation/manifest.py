"""Automation as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.automation.routes import blueprint
from app.automation.webhooks.models import WebhookDelivery
from app.automation.webhooks.stop import MANAGE, PLACE, ROBOTS
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.language import _
from app.records.manifest import Module

WEBHOOKS = PermissionGroup(
    MANAGE[0],
    _("Webhooks and group robots"),
    (Choice(MANAGE[1], _("Manage")),),
    has_reach=False,
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
ROBOT_PAGE = SettingsPage(
    ROBOTS,
    "robot",
    _("Channels"),
    _("Group robots"),
    _("What happens here is told in a group of WeCom, DingTalk, Feishu or another chat."),
    MANAGE,
    synonyms=_("wecom wechat dingtalk feishu lark slack bot chat group notify"),
)

AUTOMATION = Module(
    key="automation",
    label=_("Automation"),
    record_types=(),
    blueprints=(blueprint,),
    permissions=(WEBHOOKS,),
    settings=(PAGE, ROBOT_PAGE),
    belongings=(WebhookDelivery,),
)
