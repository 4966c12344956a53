"""The customer base as a module; it is always switched on."""

from __future__ import annotations

from app.crm.models import Activity, ActivityLink, PlanRun
from app.crm.operations.activities import linked_to
from app.crm.operations.plans import MANAGE
from app.crm.pages.timeline import SOURCE
from app.crm.records import RECORD_TYPES
from app.crm.reports import REPORTS
from app.crm.routes import blueprint
from app.crm.widgets import HOME, WIDGETS
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import YOURSELF, SettingsPage
from app.kernel.language import _
from app.records.authority import Subject
from app.records.belongings import Mention
from app.records.manifest import Module

PLANS = PermissionGroup(
    MANAGE[0], _("Activity plans"), (Choice(MANAGE[1], _("Manage")),), has_reach=False
)
PLAN_SETTINGS = SettingsPage(
    "/settings/plans",
    "list-check",
    _("Automation"),
    _("Activity plans"),
    _("What is usually done with a customer, step by step, to be started by one click."),
    MANAGE,
    synonyms=_("sequences cadence templates workflow"),
)

REMINDERS = SettingsPage(
    "/settings/me/reminders",
    "alarm",
    YOURSELF,
    _("Reminders"),
    _("How long before they are due the bell reminds you of your tasks and appointments."),
    synonyms=_("alarm notification snooze due"),
)

# What is agreed with a customer beforehand; offers and orders bring theirs with their modules.
SUBJECTS = (
    Subject("discount", _("Discount"), "%", "account", "discount"),
    Subject("payment_days", _("Payment term"), _("days"), "account", "payment_days"),
)

CRM = Module(
    key="crm",
    label=_("Customers"),
    record_types=RECORD_TYPES,
    blueprints=(blueprint,),
    timeline=(SOURCE,),
    permissions=(PLANS,),
    settings=(PLAN_SETTINGS, REMINDERS),
    belongings=(PlanRun, ActivityLink),
    reports=REPORTS,
    widgets=WIDGETS,
    home=HOME,
    subjects=SUBJECTS,
    mentions=(Mention(Activity, "about_type", "about_id", among=linked_to),),
)
