"""The addresses of templates and documents."""

from app.documents.routes import templates, templates_api
from app.documents.routes.blueprint import blueprint

__all__ = ["blueprint", "templates", "templates_api"]
