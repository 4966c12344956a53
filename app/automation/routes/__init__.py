"""The addresses of automation."""

from app.automation.routes import (
    absences,
    approval_rules,
    approval_rules_api,
    approvals,
    approvals_api,
    authority,
    authority_api,
    robots,
    robots_api,
    webhooks,
    webhooks_api,
)
from app.automation.routes.blueprint import blueprint

__all__ = [
    "absences",
    "approval_rules",
    "approval_rules_api",
    "approvals",
    "approvals_api",
    "authority",
    "authority_api",
    "blueprint",
    "robots",
    "robots_api",
    "webhooks",
    "webhooks_api",
]
