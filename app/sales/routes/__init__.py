"""Addresses of sales."""

from app.sales.routes import (
    forecast,
    forecast_api,
    leads,
    lines,
    lines_api,
    opportunities,
    orders,
    pipelines,
    pipelines_api,
    quote_public,
    quotes,
    quotes_api,
    targets_api,
    terms,
    terms_api,
)
from app.sales.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "forecast",
    "forecast_api",
    "leads",
    "lines",
    "lines_api",
    "opportunities",
    "orders",
    "pipelines",
    "pipelines_api",
    "quote_public",
    "quotes",
    "quotes_api",
    "targets_api",
    "terms",
    "terms_api",
]
