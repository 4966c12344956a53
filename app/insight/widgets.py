"""What insight shows on Home."""

from __future__ import annotations

from app.insight.pages.panel import is_for, leaving_on_home
from app.kernel.language import _
from app.records.widgets import WIDGET, First, Widget

LEAVING = Widget(
    key="leaving",
    module="insight",
    label=_("Who is leaving"),
    text=_("Customers whose rhythm or volume fell, the most value at risk first."),
    icon="alert-triangle",
    template="insight/_leaving_home.html",
    make=leaving_on_home,
    is_for=is_for,
    url="/insight/leaving",
)
WIDGETS = (LEAVING,)
HOME = (First(WIDGET, LEAVING.key),)
