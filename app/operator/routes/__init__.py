"""The console's routes."""

from app.operator.routes import erased, jobs, mail, payments, people, sign_in, support, tenants
from app.operator.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "erased",
    "jobs",
    "mail",
    "payments",
    "people",
    "sign_in",
    "support",
    "tenants",
]
