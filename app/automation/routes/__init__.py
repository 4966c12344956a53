"""The addresses of automation."""

from app.automation.routes import webhooks, webhooks_api
from app.automation.routes.blueprint import blueprint

__all__ = ["blueprint", "webhooks", "webhooks_api"]
