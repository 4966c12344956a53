"""The addresses of the data model's settings."""

from app.records.routes.settings import field_forms, fields, layouts, picklists, tags

__all__ = ["field_forms", "fields", "layouts", "picklists", "tags"]
