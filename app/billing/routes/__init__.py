"""The pages of plan and bill."""

from __future__ import annotations

from app.billing.routes import bills, plan, usage, webhook
from app.billing.routes.blueprint import blueprint

__all__ = ["bills", "blueprint", "plan", "usage", "webhook"]
