"""Cleans the HTML of strangers; also a program of its own, which `cleaning` runs with bounds.

As a program it knows nothing of the product and is given no secret: HTML comes in, clean HTML and
its text go out. It bounds its own memory and time before it reads what a stranger sent.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from html import unescape

import nh3

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
BLOCK_END = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^<>]*>", re.IGNORECASE)
UNSEEN = frozenset({"script", "style", "head", "title", "template"})
MEMORY = 1024 * 1024 * 1024
SECONDS = 5
LARGEST = 4_000_000  # Characters of clean HTML: some tags that are left open become a thousand.


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


def plain(html: str) -> str:
    """HTML as text: its blocks on lines of their own."""
    marked = BLOCK_END.sub("\n", html)
    return unescape(nh3.clean(marked, tags=set(), clean_content_tags=set(UNSEEN)))


def bound() -> None:
    """Take from this process what a mail must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    bound()
    given = sys.stdin.buffer.read().decode()
    made = clean(given)
    if len(made) > LARGEST:
        sys.exit(1)
    sys.stdout.write(json.dumps([made, plain(given)]))
