"""The routes of machines; they answer before a host is resolved, on any host."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from app.kernel.errors import Missing
from app.kernel.language import _
from app.operator import here
from app.ops.metrics import exposition
from app.ops.readiness import why_not_ready
from app.web.access import Side, Who, access
from tenants.resolve import is_service_host

blueprint = Blueprint("ops", __name__)
FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@blueprint.get("/healthz")
@access(Side.ANY, Who.ANYONE, while_suspended=True)
def healthz() -> Response:
    """This process is alive; nothing else is looked at."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access(Side.ANY, Who.ANYONE, while_suspended=True)
def readyz() -> Response:
    """This process can serve requests now: 200, else 503 with the reason."""
    reason = why_not_ready()
    if reason is None:
        return jsonify(status="ok")
    response = jsonify(status="not ready", reason=reason)
    response.status_code = 503
    response.headers["Retry-After"] = "5"
    return response


@blueprint.get("/metrics")
@access(Side.ANY, Who.ANYONE, while_suspended=True)
def metrics() -> Response:
    """Numbers for Prometheus, from this machine or for an operator; for others there is nothing."""
    if not (_is_local() or _is_operator()):
        raise Missing(_("There is nothing at this address."))
    return Response(exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """True for a caller on this machine that speaks for itself.

    A proxy on this machine calls from here too, but says for whom: with TRUSTED_PROXIES set its
    word has become the address, and without it anything that was forwarded is a stranger's.
    """
    if here.settings().trusted_proxies == 0 and any(name in request.headers for name in FORWARDING):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _is_operator() -> bool:
    """True for an operator at the service's own host."""
    host = request.headers.get("Host", "")
    return is_service_host(host, here.settings()) and here.operator() is not None
