"""The addresses of automation."""

from app.automation.routes import robots, webhooks, webhooks_api
from app.automation.routes.blueprint import blueprint

__all__ = ["blueprint", "robots", "webhooks", "webhooks_api"]
