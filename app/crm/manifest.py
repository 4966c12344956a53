"""The customer base as a module; it is always switched on."""

from __future__ import annotations

from app.crm.pages.timeline import SOURCE
from app.crm.records import RECORD_TYPES
from app.crm.routes import blueprint
from app.kernel.language import _
from app.records.manifest import Module

CRM = Module(
    key="crm",
    label=_("Customers"),
    record_types=RECORD_TYPES,
    blueprints=(blueprint,),
    timeline=(SOURCE,),
)
