"""Addresses of sales."""

from app.sales.routes import leads
from app.sales.routes.blueprint import blueprint

__all__ = ["blueprint", "leads"]
