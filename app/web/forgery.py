"""Forgery protection: every change from a browser carries a token bound to its visit."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.web.visit import has_visit

# The edge calls `protect` itself, after it knows whether a program with a token is calling.
csrf = CSRFProtect()


def protect_forms(app: Flask) -> None:
    """Set the protection up; its token is tied to the visit's signed cookie and never expires."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False  # Behind a proxy the referrer says enough otherwise.
    app.config["WTF_I18N_ENABLED"] = False
    csrf.init_app(app)


def token() -> str:
    """The token of this visit, for a form's hidden field or a header; empty without a visit."""
    if not has_visit():
        return ""
    made: str = generate_csrf()
    return made
