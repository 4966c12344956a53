"""The pages of plan and bill."""

from __future__ import annotations

from app.billing.routes import api, bills, plan, transfer, usage, webhook
from app.billing.routes.blueprint import blueprint

__all__ = ["api", "bills", "blueprint", "plan", "transfer", "usage", "webhook"]
