"""Sales as a module, which a workspace switches on."""

from __future__ import annotations

from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.language import _
from app.records.manifest import Module
from app.sales.operations.pipelines import MANAGE
from app.sales.records import RECORD_TYPES
from app.sales.reports import REPORTS
from app.sales.routes import blueprint

PIPELINES = PermissionGroup(
    MANAGE[0], _("Pipelines"), (Choice(MANAGE[1], _("Manage")),), has_reach=False
)
PIPELINE_SETTINGS = SettingsPage(
    "/settings/pipelines",
    "layout-kanban",
    _("Data model"),
    _("Pipelines"),
    _("The stages that a sale goes through: their order, chances, colours and what they ask for."),
    MANAGE,
    synonyms=_("stages funnel deal board probability forecast"),
)

SALES = Module(
    key="sales",
    label=_("Sales"),
    text=_(
        "From the enquiry to the signature: leads, opportunities on their way, won and lost, and"
        " what comes in next."
    ),
    icon="target-arrow",
    record_types=RECORD_TYPES,
    blueprints=(blueprint,),
    permissions=(PIPELINES,),
    settings=(PIPELINE_SETTINGS,),
    reports=REPORTS,
)
