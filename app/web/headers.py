"""The headers of every answer: what a browser may load, keep and tell."""

from __future__ import annotations

from flask import Flask, Response

from config.settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
HTMX_VARY = ("HX-Request", "HX-Request-Type", "HX-Target", "Cookie", "Accept-Language")


def send_headers(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of `app`; a route that set one keeps its own."""

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if settings.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        # Built files are served before the application; what it answers there is a refusal.
        headers.setdefault("Cache-Control", "no-store")
        response.vary.update(HTMX_VARY)
        return response
