"""Sales as a module, which a workspace switches on."""

from __future__ import annotations

from app.kernel.language import _
from app.records.manifest import Module
from app.sales.records import RECORD_TYPES
from app.sales.reports import REPORTS
from app.sales.routes import blueprint

SALES = Module(
    key="sales",
    label=_("Sales"),
    text=_("Leads from the first enquiry on: who follows up, what becomes of them, and why not."),
    icon="target-arrow",
    record_types=RECORD_TYPES,
    blueprints=(blueprint,),
    reports=REPORTS,
)
