"""The pages of plan and bill."""

from __future__ import annotations

from app.billing.routes import api, bills, paying, plan, transfer, usage, webhook
from app.billing.routes.blueprint import blueprint

__all__ = ["api", "bills", "blueprint", "paying", "plan", "transfer", "usage", "webhook"]
