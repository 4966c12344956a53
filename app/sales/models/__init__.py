"""The tables of sales."""

from app.sales.models.lead import Lead

__all__ = ["Lead"]
