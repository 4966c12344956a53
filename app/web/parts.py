"""Parts of the frame, each rendered once for all whose frame looks the same, and kept.

A page is put together from them. What differs with each visit and each page, the forgery token and
the address that a form comes back to, is put into what was kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup

from app.kernel import language
from app.kernel.actor import Actor
from app.web import shell
from app.web.drawing import HERE, TOKEN, put_in, render_part
from app.web.fetched import Entry, entries, palette, shortcuts
from app.web.shell import Frame, Link, Person


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
    """The rail, the top bar, the palette and the list of keys of a page, for `base.html`."""
    lang, mac, path = basics["lang"], basics["mac"], basics["path"]
    create = entries(frame.create_actions)
    sections = tuple(
        Section(str(group.label or ""), _items(group.items, path)) for group in frame.nav
    )
    favourites, foot = _items(frame.favourites, path), _items(frame.nav_foot, path)
    workspace: Mapping[str, object] = basics["workspace"] or {}
    firm = tuple((key, str(value)) for key, value in workspace.items())
    links = entries(frame.person_links)
    is_open = not workspace or bool(workspace["is_open"])
    topbar = _topbar(lang, mac, create, links, basics["person"], frame.notice_count, is_open)
    return {
        "rail": _rail(lang, firm, sections, favourites, foot),
        "topbar": put_in(topbar, basics["csrf_token"], basics["full_path"]),
        "palette": _around("_palette.html", lang, mac, palette(frame, lang, mac).address),
        "shortcuts": _around("_shortcuts.html", lang, mac, shortcuts(lang, mac).address),
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
def _around(template: str, lang: str, mac: bool, address: str) -> Markup:
    """What stands around a part that is fetched from an address when it is opened first."""
    return render_part(template, {"lang": lang, "mac": mac, "address": address})


def favourites_now(by: Actor, here: str) -> tuple[Item, ...]:
    """The favourites of the rail after a change, for a page whose address is `here`."""
    return _items(shell.favourites_of(by, here), here.partition("?")[0])


def languages() -> list[tuple[str, str]]:
    """The languages that can be chosen, each by its own name."""
    return [(code, language.NATIVE_NAMES[code]) for code in language.OFFERED]


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
