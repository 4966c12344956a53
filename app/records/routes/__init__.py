"""The addresses of records: pages for people, the API for programs."""

from app.records.routes import (
    access_report,
    api,
    api_bulk,
    audit,
    bulk,
    changes,
    columns,
    fields,
    filters,
    forms,
    lists,
    lookup,
    pages,
    recycle,
    retention,
    settings,
    sharing,
    views,
)
from app.records.routes.blueprint import blueprint

BLUEPRINTS = (blueprint, api.blueprint)

__all__ = [
    "BLUEPRINTS",
    "access_report",
    "api",
    "api_bulk",
    "audit",
    "bulk",
    "changes",
    "columns",
    "fields",
    "filters",
    "forms",
    "lists",
    "lookup",
    "pages",
    "recycle",
    "retention",
    "settings",
    "sharing",
    "views",
]
