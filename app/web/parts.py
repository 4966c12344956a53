"""Parts of the frame, each rendered once for all whose frame looks the same, and kept.

A page is put together from them. What differs with each visit and each page, the forgery token and
the address that a form comes back to, is put into what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup, escape

from app.kernel import language
from app.kernel.actor import Actor
from app.kernel.language import Text
from app.kernel.searchkeys import search_text
from app.web import shell
from app.web.shell import Frame, Link, Person

TOKEN, HERE = "\x1ftoken\x1f", "\x1fhere\x1f"  # No address and no text holds such a sign.


class Entry(NamedTuple):
    """What the palette and the menus show of a link."""

    url: str
    icon: str
    label: Text | str
    keywords: Text | str = ""
    synonyms: Text | str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What the rail shows of a link; `current` is the value of its aria-current."""

    url: str
    icon: str
    label: str
    count: str | None
    is_hot: bool
    current: str


class Section(NamedTuple):
    """A group of the rail."""

    label: str
    items: tuple[Item, ...]


def around(frame: Frame, basics: Mapping[str, Any]) -> dict[str, Markup]:
    """The rail, the top bar and the palette of a page, for `base.html`."""
    lang, mac, path = basics["lang"], basics["mac"], basics["path"]
    create = tuple(map(_entry, frame.create_actions))
    pages = tuple(map(_entry, frame.pages))
    sections = tuple(
        Section(str(group.label or ""), _items(group.items, path)) for group in frame.nav
    )
    favourites, foot = _items(frame.favourites, path), _items(frame.nav_foot, path)
    workspace: Mapping[str, object] = basics["workspace"] or {}
    firm = tuple((key, str(value)) for key, value in workspace.items())
    links = tuple(map(_entry, frame.person_links))
    is_open = not workspace or bool(workspace["is_open"])
    topbar = _topbar(lang, mac, create, links, basics["person"], frame.notice_count, is_open)
    return {
        "rail": _rail(lang, firm, sections, favourites, foot),
        "topbar": put_in(topbar, basics["csrf_token"], basics["full_path"]),
        "palette": _palette(lang, mac, create, pages),
    }


@lru_cache(maxsize=256)
def unchanging(template: str, lang: str, mac: bool) -> Markup:
    """A part of the frame that only the language and the keyboard decide, rendered once for each.

    `lang` must be the language in use.
    """
    return render_part(template, {"lang": lang, "mac": mac})


@lru_cache(maxsize=2048)
def _rail(
    lang: str,
    firm: tuple[tuple[str, str], ...],
    sections: tuple[Section, ...],
    favourites: tuple[Item, ...],
    foot: tuple[Item, ...],
) -> Markup:
    values = {"nav": sections, "favourites": favourites, "nav_foot": foot, "lang": lang}
    return render_part("_rail.html", {**values, "workspace": dict(firm)})


@lru_cache(maxsize=2048)
def _topbar(
    lang: str,
    mac: bool,
    create_actions: tuple[Entry, ...],
    person_links: tuple[Entry, ...],
    person: Person | None,
    notice_count: int,
    is_open: bool,
) -> Markup:
    values = {
        "lang": lang,
        "mac": mac,
        "languages": languages(),
        "create_actions": create_actions,
        "person_links": person_links,
        "person": person,
        "notice_count": notice_count,
        "is_open": is_open,
        "csrf_token": lambda: TOKEN,
        "full_path": HERE,
    }
    return render_part("_topbar.html", values)


@lru_cache(maxsize=512)
def _palette(
    lang: str, mac: bool, create_actions: tuple[Entry, ...], pages: tuple[Entry, ...]
) -> Markup:
    values = {
        "lang": lang,
        "mac": mac,
        "create_actions": [_spelled(one) for one in create_actions],
        "pages": [_spelled(one) for one in pages],
        "actions": shell.actions(),
    }
    return render_part("_palette.html", values)


def favourites_now(by: Actor, here: str) -> tuple[Item, ...]:
    """The favourites of the rail after a change, for a page whose address is `here`."""
    return _items(shell.favourites_of(by, here), here.partition("?")[0])


def languages() -> list[tuple[str, str]]:
    """The languages that can be chosen, each by its own name."""
    return [(code, language.NATIVE_NAMES[code]) for code in language.OFFERED]


def render_part(template: str, values: dict[str, Any]) -> Markup:
    """A part of a page with the macros that it calls; TOKEN and HERE stand for what differs."""
    environment = current_app.jinja_env
    macros = environment.get_template("_macros.html").make_module(values)
    # Rendered with escaping, of a template of ours.
    return Markup(environment.get_template(template).render(values, m=macros))  # noqa: S704


def put_in(html: Markup, token: Callable[[], str], here: str) -> Markup:
    """A kept part with this visit's token and the address that its forms come back to."""
    found = str(html).replace(TOKEN, str(escape(token()))).replace(HERE, str(escape(here)))
    return Markup(found)  # noqa: S704  # Both were escaped, the rest was rendered.


def _items(links: Iterable[Link], path: str) -> tuple[Item, ...]:
    """Links as the rail shows them; the page itself is current, and what it lies below."""
    return tuple(
        Item(
            link.url,
            link.icon,
            str(link.label),
            link.count,
            link.hot,
            ("page" if link.url == path else "true") if link.active else "",
        )
        for link in links
    )


def _entry(link: Link) -> Entry:
    return Entry(link.url, link.icon, link.label, link.keywords, link.synonyms)


def _spelled(entry: Entry) -> Entry:
    """An entry with all by which it is found: words, English ones too, pinyin and its initials."""
    # Found by English whatever the reader's language is.
    english = [getattr(one, "message", "") for one in (entry.label, entry.synonyms)]
    spelled = search_text([str(entry.label), *str(entry.synonyms).split()]).split("\n")
    words = " ".join([str(entry.keywords), *english, *spelled]).split()
    return entry._replace(keywords=" ".join(dict.fromkeys(words)))
