"""The addresses of reports."""

from app.reports.routes import api, build, reports
from app.reports.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "build", "reports"]
