"""What sales show on Home, and what of it stands there at first."""

from __future__ import annotations

from app.kernel.language import _
from app.records.widgets import REPORT, WIDGET, First, Widget
from app.sales.pages.receivables import is_for as is_for_overdue
from app.sales.pages.receivables import overdue_widget
from app.sales.pages.sales_day import is_for, sales_day

SALES_DAY = Widget(
    key="sales-day",
    module="sales",
    label=_("Your sales today"),
    text=_("Of your open opportunities which steps are overdue or due, and which lack a next one."),
    icon="briefcase",
    template="sales/_sales_day.html",
    make=sales_day,
    is_for=is_for,
)
OVERDUE = Widget(
    key="overdue",
    module="sales",
    label=_("Overdue invoices"),
    text=_("What should have been paid already, and whose it is."),
    icon="coin",
    template="sales/_overdue.html",
    make=overdue_widget,
    is_for=is_for_overdue,
    url="/receivables",
)
WIDGETS = (SALES_DAY, OVERDUE)
HOME = (First(WIDGET, SALES_DAY.key), First(REPORT, "pipeline-funnel"))
