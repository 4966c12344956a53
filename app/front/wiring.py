"""The service's own pages handed over to the application."""

from __future__ import annotations

from flask import Flask

from app.front.routes import blueprint


def wire(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
