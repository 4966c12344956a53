"""Insight as a module, which a workspace switches on; it reckons from the orders of Sales."""

from __future__ import annotations

from collections.abc import Iterable

from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.insight.lends import LENDS
from app.insight.models import InsightRescue
from app.insight.operations.settings import COMPUTE, MANAGE, READ
from app.insight.pages.panel import value_of_account
from app.insight.routes import blueprint
from app.insight.routes.settings import PLACE
from app.insight.widgets import HOME, WIDGETS
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.belongings import Mention
from app.records.manifest import Module
from app.records.pages.beside import Beside
from app.records.types import Panel
from app.web.shell import Link

RIGHTS = PermissionGroup(
    READ[0],
    _("Customer value"),
    (
        Choice(READ[1], _("Read")),
        Choice(MANAGE[1], _("Set thresholds and names")),
        Choice(COMPUTE[1], _("Reckon now")),
    ),
    module="insight",
    has_reach=False,
)
SETTINGS = SettingsPage(
    PLACE,
    "layout-grid",
    _("Data model"),
    _("Customer value"),
    _("From which value on a customer counts as high, and what the quadrants are called."),
    MANAGE,
    synonyms=_("matrix quadrant threshold strategy class RFM lifetime"),
    is_offered=lambda by: by.tenant.allows("insight"),
)


def _links(by: Actor) -> Iterable[Link]:
    """The pages, for who may read them."""
    if by.may(*READ) and by.may("account", "read"):
        yield Link("/insight", "layout-grid", _("Value matrix"), _("quadrants lifetime value"))
        yield Link("/insight/classes", "chart-dots", _("Classes by purchase"), _("RFM segments"))
        yield Link("/insight/leaving", "alert-triangle", _("Who is leaving"), _("churn warning"))


INSIGHT = Module(
    key="insight",
    label=_("Insight"),
    text=_(
        "What customers are worth and who is leaving: classes by purchase, the value matrix, and"
        " warnings with their reasons, reckoned every night from the orders of Sales."
    ),
    icon="chart-dots",
    record_types=(),
    blueprints=(blueprint,),
    permissions=(RIGHTS,),
    settings=(SETTINGS,),
    links=_links,
    widgets=WIDGETS,
    home=HOME,
    beside=(Beside("account", Panel("insight/_value_panel.html", value_of_account)),),
    lends=LENDS,
    mentions=(Mention(InsightRescue, id_column="account_id", of="account"),),
)
