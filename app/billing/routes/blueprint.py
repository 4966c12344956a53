"""The blueprint that the pages of plan and bill belong to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("billing", __name__, template_folder="../templates")
