"""Liveness, readiness and numbers handed over to the application."""

from __future__ import annotations

from flask import Flask

from app.ops.metrics import measure
from app.ops.routes import blueprint
from config.settings import Settings


def wire(app: Flask, _settings: Settings) -> None:
    """Give the application its machine routes and count its requests."""
    app.register_blueprint(blueprint)
    measure(app)
