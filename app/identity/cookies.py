"""The cookies of sign-in: opaque, for one host only, out of reach of scripts."""

from __future__ import annotations

from datetime import timedelta

from flask import Request, Response

from app.identity import outside
from app.identity.operations.sign_in import Opened

DEVICE_LIVES = timedelta(days=365)
LONGEST = timedelta(days=30)  # No rule lets a session last longer; when it ends its row knows.


def session_token(request: Request) -> str:
    """The token in the session cookie of a request, or ""."""
    return request.cookies.get(_name("session"), "")


def support_token(request: Request) -> str:
    """The token by which somebody of the service helps here, or ""."""
    return request.cookies.get(_name("support"), "")


def give_support(response: Response, token: str, lives: timedelta) -> Response:
    """Hand the browser of somebody of the service what lets them in."""
    _set(response, "support", token, lives)
    return response


def take_support(response: Response) -> Response:
    """Take it from the browser."""
    https = outside.settings().is_https
    response.delete_cookie(_name("support"), path="/", secure=https, httponly=True, samesite="Lax")
    return response


def device_token(request: Request) -> str:
    """The token by which a browser is known to have signed in before, or ""."""
    return request.cookies.get(_name("device"), "")


def give(response: Response, opened: Opened) -> Response:
    """Hand the browser a fresh session, and what makes it a known device."""
    _set(response, "session", opened.token, LONGEST)
    _set(response, "device", opened.device, DEVICE_LIVES)
    return response


def take(response: Response) -> Response:
    """Take the session from the browser; it stays a known device."""
    https = outside.settings().is_https
    response.delete_cookie(_name("session"), path="/", secure=https, httponly=True, samesite="Lax")
    return response


def _set(response: Response, name: str, value: str, lives: timedelta) -> None:
    response.set_cookie(
        _name(name),
        value,
        max_age=int(lives.total_seconds()),
        path="/",
        secure=outside.settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def _name(name: str) -> str:
    """`__Host-` over https: the browser then refuses a Domain and plain http."""
    return f"__Host-{name}" if outside.settings().is_https else name
