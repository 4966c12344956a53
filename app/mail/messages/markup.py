"""What people type in a mail as HTML: paragraphs, **bold**, *italics*, lists, quotes and links.

The text itself goes along as the plain part, where these signs are read as they stand. Everything
is escaped before anything is marked, so that no typed tag ever becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

BOLD = re.compile(r"\*\*(?=\S)(.{1,2000}?)(?<=\S)\*\*")
ITALIC = re.compile(r"(?<![*\w])\*(?=[^\s*])([^*\n]{1,2000}?)(?<=\S)\*(?![*\w])")
# A link with words, or a plain address; what ends a sentence is no part of it.
LINK = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,500})\]\((?P<named>https?://[^\s()<>\"']{1,2000})\)"
    r"|(?P<plain>https?://[^\s<>\"'，。；、！？（）《》]{1,2000})"
)
BULLET = re.compile(r"\s{0,3}[-*•]\s+(?P<words>.*)\Z")
NUMBER = re.compile(r"\s{0,3}\d{1,3}[.)]\s+(?P<words>.*)\Z")
QUOTE = re.compile(r"\s{0,3}>\s?(?P<words>.*)\Z")
KINDS = (("ul", BULLET), ("ol", NUMBER), ("blockquote", QUOTE))
TRAILING = ".,;:!?)"


def as_html(text: str) -> str:
    """The typed text as HTML that holds nothing but what this file writes."""
    return "\n".join(_blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


def _blocks(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        kind = _kind(lines[at])
        end = at
        while end < len(lines) and lines[end].strip() and _kind(lines[end]) == kind:
            end += 1
        yield _block(kind, lines[at:end])
        at = end


def _kind(line: str) -> str:
    return next((kind for kind, sign in KINDS if sign.match(line)), "p")


def _block(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(map(_line, lines))}</p>"
    sign = dict(KINDS)[kind]
    words = [found["words"] for line in lines if (found := sign.match(line))]
    if kind == "blockquote":
        return f"<blockquote>{'<br>'.join(map(_line, words))}</blockquote>"
    return f"<{kind}>{''.join(f'<li>{_line(one)}</li>' for one in words)}</{kind}>"


def _line(text: str) -> str:
    """One line with its links; what stands between them may be bold."""
    parts, at = [], 0
    for found in LINK.finditer(text):
        parts.append(_marked(text[at : found.start()]))
        at = found.end()
        url = found["named"] or found["plain"]
        rest = ""
        if not found["named"]:
            shown = url.rstrip(TRAILING)
            rest, url = url[len(shown) :], shown
        words = escape(found["words"] or url)
        parts.append(f'<a href="{escape(url)}">{words}</a>{escape(rest)}')
    parts.append(_marked(text[at:]))
    return "".join(parts)


def _marked(text: str) -> str:
    bold = BOLD.sub(r"<strong>\1</strong>", escape(text))
    return ITALIC.sub(r"<em>\1</em>", bold)
