"""Parts of the frame that a page fetches when they are opened: the palette's entries, the keys.

Their address names what stands in them. A browser keeps what it got there for the pages that come,
and asks anew as soon as anything is another: rights, switched-off modules, language, release.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from flask import Response, request
from markupsafe import Markup

from app.kernel.language import Text
from app.kernel.searchkeys import search_text
from app.web import shell
from app.web.drawing import render_part
from app.web.shell import Frame, Link

PALETTE, SHORTCUTS = "/palette", "/shortcuts"
KEPT = "private, max-age=31536000, immutable"


class Entry(NamedTuple):
    """What the palette and the menus show of a link."""

    url: str
    icon: str
    label: Text | str
    keywords: Text | str = ""
    synonyms: Text | str = ""


class Fetched(NamedTuple):
    """Such a part: the address that pages fetch it from, and what stands there."""

    address: str
    html: Markup


def palette(frame: Frame, lang: str, mac: bool) -> Fetched:
    """What the palette offers: what can be created, pages, actions. `lang` is the one in use."""
    return _palette(lang, mac, entries(frame.create_actions), entries(frame.pages))


@lru_cache(maxsize=16)
def shortcuts(lang: str, mac: bool) -> Fetched:
    """All keys and what they do. `lang` must be the language in use."""
    return _at(SHORTCUTS, render_part("_shortcuts_list.html", {"lang": lang, "mac": mac}))


def send(part: Fetched) -> Response:
    """Answer with a part; only what its own address asked for is kept by the browser."""
    answer = Response(part.html, mimetype="text/html")
    if request.full_path == part.address:
        answer.headers["Cache-Control"] = KEPT
    return answer


def entries(links: Iterable[Link]) -> tuple[Entry, ...]:
    """Links as something that a kept part can be found by."""
    return tuple(Entry(one.url, one.icon, one.label, one.keywords, one.synonyms) for one in links)


@lru_cache(maxsize=512)
def _palette(
    lang: str, mac: bool, create_actions: tuple[Entry, ...], pages: tuple[Entry, ...]
) -> Fetched:
    values = {
        "lang": lang,
        "mac": mac,
        "create_actions": [_spelled(one) for one in create_actions],
        "pages": [_spelled(one) for one in pages],
        "actions": shell.actions(),
    }
    return _at(PALETTE, render_part("_palette_entries.html", values))


def _at(path: str, html: Markup) -> Fetched:
    return Fetched(f"{path}?v={sha256(html.encode()).hexdigest()[:16]}", html)


def _spelled(entry: Entry) -> Entry:
    """An entry with all by which it is found: words, English ones too, pinyin and its initials."""
    # Found by English whatever the reader's language is.
    english = [getattr(one, "message", "") for one in (entry.label, entry.synonyms)]
    spelled = search_text([str(entry.label), *str(entry.synonyms).split()]).split("\n")
    words = " ".join([str(entry.keywords), *english, *spelled]).split()
    return entry._replace(keywords=" ".join(dict.fromkeys(words)))
