"""The visit's own signed cookie: messages and the forgery token, before and after sign-in.

It is salted with the tenant, so that one workspace's cookie means nothing at another's address.
"""

from __future__ import annotations

from flask import Flask, Request, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from config.settings import Settings


class VisitInterface(SecureCookieSessionInterface):
    """Flask's signed cookie session with a salt per tenant."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Sign with a salt that holds the tenant whose address was called."""
        tenant = g.get("tenant")
        self.salt = f"visit:{tenant.id if tenant is not None else 'service'}"
        return super().get_signing_serializer(app)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Find the tenant before the cookie is read, as its salt depends on it.

        At no known address, and for built files, there is no visit: its cookie, salted otherwise,
        would overwrite the real one.
        """
        app.extensions["begin_request"](request)
        return super().open_session(app, request) if g.side is not None else None


def has_visit() -> bool:
    """True when this request carries a visit that can keep something."""
    return g.get("side") is not None


def keep_visits(app: Flask, settings: Settings) -> None:
    """Use the visit cookie with the strictest attributes that the address allows."""
    app.session_interface = VisitInterface()
    prefix = "__Host-" if settings.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}visit",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
