"""HTML of strangers: cleaned when it comes in, and shown in a frame where nothing runs or loads."""

from __future__ import annotations

import nh3
from flask import Response

TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup"),
        *("dd", "del", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("i", "img", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strike", "strong"),
        *("sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul"),
    }
)
PLAIN = frozenset({"align", "bgcolor", "color", "dir", "height", "lang", "valign", "width"})
ATTRIBUTES: dict[str, set[str]] = {
    "*": {*PLAIN, "style", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "font": {"face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "type"},
}
# Words of styles that can neither fetch anything nor cover what is around.
STYLES = frozenset(
    {
        *("background-color", "border", "border-bottom", "border-collapse", "border-color"),
        *("border-left", "border-right", "border-style", "border-top", "border-width", "color"),
        *("direction", "display", "font-family", "font-size", "font-style", "font-weight"),
        *("height", "letter-spacing", "line-height", "margin", "margin-bottom", "margin-left"),
        *("margin-right", "margin-top", "max-width", "min-width", "padding", "padding-bottom"),
        *("padding-left", "padding-right", "padding-top", "text-align", "text-decoration"),
        *("text-indent", "vertical-align", "white-space", "width", "word-break"),
    }
)
GONE = frozenset({"script", "style", "template", "noscript", "title", "svg", "math", "head"})
FAR = ("http://", "https://")
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
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


def clean(html: str) -> str:
    """The HTML without whatever runs, loads, submits or lies over other things."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(GONE),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        filter_style_properties=set(STYLES),
        attribute_filter=_whole_address,
        strip_comments=True,
    )


def _whole_address(_tag: str, attribute: str, value: str) -> str | None:
    """What is loaded or opened from afar says all of where it stands, as it came from elsewhere."""
    if attribute == "src":
        return value if value.lower().startswith(FAR) else None
    if attribute == "href":
        return value if value.lower().startswith((*FAR, "mailto:", "tel:")) else None
    return value


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
