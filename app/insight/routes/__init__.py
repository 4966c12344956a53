"""Addresses of insight."""

from app.insight.routes import api, pages, settings, settings_api
from app.insight.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "pages", "settings", "settings_api"]
