"""HTML of strangers, clean since it came in, shown in a frame where nothing runs or loads."""

from __future__ import annotations

import nh3
from flask import Response

from app.mail.messages.cleaner import ATTRIBUTES, SCHEMES, STYLES, TAGS

POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
FRAME = (
    '<!doctype html><html><head><meta charset="utf-8">'
    '<meta name="referrer" content="no-referrer"><title>·</title>'
    "<style>body{{margin:12px;font:14px/1.6 system-ui,sans-serif;color:#1d1d1f;background:#fff;"
    "overflow-wrap:anywhere}}img{{max-width:100%;height:auto}}"
    "table{{max-width:100%}}</style></head><body>{body}</body></html>"
)


def without_pictures(html: str) -> str:
    """Cleaned HTML that asks for nothing: a picture is what stands in its place."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={**ATTRIBUTES, "img": {"alt"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        filter_style_properties=set(STYLES),
    )


def has_pictures(html: str) -> bool:
    """True when something of it would be fetched from afar."""
    return " src=" in html and "<img" in html


def body_page(html: str, *, with_pictures: bool) -> Response:
    """The cleaned HTML as a page of its own, which only our own pages may frame."""
    body = html if with_pictures else without_pictures(html)
    answer = Response(FRAME.format(body=body), mimetype="text/html")
    pictures = "; img-src https: http:" if with_pictures else ""
    answer.headers["Content-Security-Policy"] = POLICY + pictures
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
