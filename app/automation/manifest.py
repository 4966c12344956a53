"""Automation as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.automation.approvals.approvers import MANAGE as MANAGE_APPROVALS
from app.automation.approvals.facts import known
from app.automation.approvals.models import ApprovalRequest
from app.automation.routes import blueprint
from app.automation.webhooks.models import WebhookDelivery
from app.automation.webhooks.stop import MANAGE, PLACE, ROBOTS
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import YOURSELF, SettingsPage
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

APPROVALS = PermissionGroup(
    MANAGE_APPROVALS[0],
    _("Approvals and authority"),
    (Choice(MANAGE_APPROVALS[1], _("Manage")),),
    has_reach=False,
)
RULES = SettingsPage(
    "/settings/approvals",
    "rubber-stamp",
    _("Automation"),
    _("Approvals"),
    _("What somebody has to approve before it is done, who that is, and in which order."),
    MANAGE_APPROVALS,
    synonyms=_("approve sign off workflow release four eyes"),
)
ABSENCES = SettingsPage(
    "/settings/me/absences",
    "calendar",
    YOURSELF,
    _("Absences"),
    _("Who decides for you on days on which you are away."),
    synonyms=_("vacation holiday away stand-in deputy delegation out of office"),
    is_offered=lambda by: known(by).is_any,
)
AUTHORITY = SettingsPage(
    "/settings/authority",
    "scale",
    _("Automation"),
    _("Authority"),
    _("How far each role may go by itself, for each class of customer."),
    MANAGE_APPROVALS,
    synonyms=_("limits discount payment days deposit matrix"),
)

AUTOMATION = Module(
    key="automation",
    label=_("Automation"),
    record_types=(),
    blueprints=(blueprint,),
    permissions=(WEBHOOKS, APPROVALS),
    settings=(ABSENCES, RULES, AUTHORITY, PAGE, ROBOT_PAGE),
    belongings=(WebhookDelivery, ApprovalRequest),
)
