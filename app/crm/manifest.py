"""The customer base as a module; it is always switched on."""

from __future__ import annotations

from flask import Blueprint

from app.crm.records import RECORD_TYPES
from app.kernel.language import _
from app.records.manifest import Module

blueprint = Blueprint("crm", __name__, template_folder="templates")

CRM = Module(key="crm", label=_("Customers"), record_types=RECORD_TYPES, blueprints=(blueprint,))
