"""The console handed over to the application: its routes, and who may call them."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, current_app, request

from app.operator import here
from app.operator.routes import blueprint
from app.web.access import Who, declared_access
from app.web.problems import problem
from app.web.render import is_htmx, see_other
from config.settings import Settings


def wire(app: Flask, _settings: Settings) -> None:
    """Give the application its console; its guard runs after the request was admitted."""
    app.register_blueprint(blueprint)
    app.before_request(_guard)


def _guard() -> Response | None:
    """Lead whoever is no operator to the sign-in before a route that is declared for operators."""
    route = current_app.view_functions.get(request.endpoint or "")
    declared = declared_access(route) if route is not None else None
    if declared is None or declared.who is not Who.OPERATOR or here.operator() is not None:
        return None
    if is_htmx() or request.method not in ("GET", "HEAD"):
        return problem(401)
    if request.path == "/operator":
        return see_other("/operator/login")
    return see_other(f"/operator/login?next={quote(request.path)}")
