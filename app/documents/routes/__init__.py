"""The addresses of templates and documents."""

from app.documents.routes import (
    letterhead,
    links,
    links_api,
    papers,
    papers_api,
    templates,
    templates_api,
)
from app.documents.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "letterhead",
    "links",
    "links_api",
    "papers",
    "papers_api",
    "templates",
    "templates_api",
]
