"""Addresses of sales."""

from app.sales.routes import forecast, leads, opportunities, pipelines
from app.sales.routes.blueprint import blueprint

__all__ = ["blueprint", "forecast", "leads", "opportunities", "pipelines"]
