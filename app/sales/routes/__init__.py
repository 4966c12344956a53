"""Addresses of sales."""

from app.sales.routes import leads, opportunities, pipelines
from app.sales.routes.blueprint import blueprint

__all__ = ["blueprint", "leads", "opportunities", "pipelines"]
