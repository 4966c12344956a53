"""The console handed over to the application: its routes, and who may call them."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import quote

from flask import Flask, Response, current_app, request

from app.kernel.errors import Missing
from app.kernel.language import _
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
    """Lead whoever is no operator to the sign-in before a route that is declared for operators.

    From outside the networks that are named, the whole console is not there.
    """
    route = current_app.view_functions.get(request.endpoint or "")
    declared = declared_access(route) if route is not None else None
    if (request.blueprint == "operator" and request.path != "/") and not _is_near():
        raise Missing(_("There is nothing at this address."))
    if declared is None or declared.who is not Who.OPERATOR or here.operator() is not None:
        return None
    if is_htmx() or request.method not in ("GET", "HEAD"):
        return problem(401)
    if request.path == "/operator":
        return see_other("/operator/login")
    return see_other(f"/operator/login?next={quote(request.path)}")


def _is_near() -> bool:
    """True where this request comes from a network that may see the console."""
    networks = here.settings().console_networks
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return not networks
    return not networks or any(address in one for one in networks)
