"""Texts, told from other bytes; and those among them that a browser would run."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
# What may stand before the first tag: a declaration, comments, a document type.
PREFACE = re.compile(
    r"(?:<\?xml.*?\?>|<!--.*?-->|<!doctype[^>]*>|<\?.*?\?>|\s)*", re.IGNORECASE | re.DOTALL
)
TAGS = "html|head|body|script|iframe|style|title|meta|link|table|div|font|img|a|b|br|p|h1|form|base"
HTML = re.compile(rf"<(?:{TAGS})[\s/>]", re.IGNORECASE)
SVG = re.compile(r"<(?:[a-z]+:)?svg[\s/>]", re.IGNORECASE)
TABLES = ("csv", "tsv", "tab")


def text_kind(head: bytes, suffix: str) -> str | None:
    """svg, html, xml, csv or text for a file that begins so; None for what is no text."""
    text = read_text(head)
    if text is None:
        return None
    start = text[:4096].lstrip()
    if start.startswith("<"):
        return _markup(start)
    return "csv" if suffix in TABLES else "text"


def _markup(start: str) -> str:
    """What a text is that begins with a tag; one that nobody knows is a plain text."""
    body = PREFACE.sub("", start, count=1)
    if SVG.search(start):
        return "svg"
    if DOCTYPE.match(start) or HTML.match(body):
        return "html"
    return "xml" if start.startswith("<?xml") else "text"


def read_text(head: bytes) -> str | None:
    """The beginning of a text in any usual encoding; None where it holds what no text does."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return _without_control(_decoded(head[len(mark) :], name))
    for name in ("utf-8", "gb18030"):
        found = _without_control(_decoded(head, name))
        if found is not None:
            return found
    western = head.decode("latin-1")
    few = sum(one >= 0x80 for one in head) * 4 < len(head)
    return _without_control(western) if few else None


def _decoded(head: bytes, name: str) -> str | None:
    """The text, though its last letter may be cut in two; None where it is another encoding."""
    try:
        return codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeDecodeError:
        return None


def _without_control(text: str | None) -> str | None:
    return None if text is None or CONTROL.search(text) else text
