"""The console's routes."""

from app.operator.routes import mail, sign_in, tenants
from app.operator.routes.blueprint import blueprint

__all__ = ["blueprint", "mail", "sign_in", "tenants"]
