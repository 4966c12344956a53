"""HTML of strangers, clean since it came in, shown in a frame where nothing runs or loads."""

from __future__ import annotations

import re

from flask import Response

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


# A picture as the cleaner writes it: its values hold no bracket and no quote. What begins like one
# and isn't becomes text.
PICTURE = re.compile(r'<img(?P<said>(?: [a-z-]+="[^"<>]*")*)>|<img')
SOURCE = re.compile(r' src="[^"]*"')


def without_pictures(html: str) -> str:
    """Cleaned HTML that asks for nothing: of a picture stays what stands in its place.

    Read by its tags and not cleaned once more: of ten thousand boxes within each other that takes
    seconds, and this is asked for at every look at a mail.
    """
    return PICTURE.sub(_described, html)


def _described(picture: re.Match[str]) -> str:
    if picture["said"] is None:
        return "&lt;img"
    return f"<img{SOURCE.sub('', picture['said'])}>"


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
