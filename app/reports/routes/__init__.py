"""The addresses of reports."""

from app.reports.routes import api, build, mailings, mailings_api, parts, reports, runs
from app.reports.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "build", "mailings", "mailings_api", "parts", "reports", "runs"]
