"""What stands around every page: navigation, create actions, pages for the palette.

Layers above the shell contribute by handing over functions at start-up; it imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from app.kernel.actor import Actor
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _
from app.kernel.names import avatar_colour, initial, initials
from app.web import current
from app.web.access import declared_access
from tenants.facts import State


@dataclass(slots=True)
class Link:
    """An entry of a menu, of the rail or of the palette.

    The palette finds it by `keywords` and `synonyms` too, in the reader's language and in English.
    """

    url: str
    icon: str
    label: Text | str
    keywords: Text | str = ""
    synonyms: Text | str = ""
    count: str | None = None
    hot: bool = False
    active: bool = False


@dataclass(slots=True)
class Group:
    """A group of the rail; the first one has no label."""

    label: Text | None
    items: list[Link]


# What stands under the workspace's name while something about its tenancy is worth knowing.
STANDINGS = {
    State.TRIAL: _("Trial"),
    State.PAST_DUE: _("Read-only until paid"),
    State.SUSPENDED: _("Suspended"),
}

Contribution = Callable[[Actor], Iterable[Link]]


@dataclass
class Shell:
    """Who contributes what: `rail` groups, `notices` how many are new, the others links."""

    rail: list[Callable[[Actor], Iterable[Group]]] = field(default_factory=list)
    foot: list[Contribution] = field(default_factory=list)
    create: list[Contribution] = field(default_factory=list)
    pages: list[Contribution] = field(default_factory=list)
    person: list[Contribution] = field(default_factory=list)
    notices: list[Callable[[Actor], int]] = field(default_factory=list)
    favourites: list[Contribution] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """The reader, as the corner of the page shows them."""

    name: str
    initials: str
    colour: int
    email: str = ""


@dataclass(frozen=True, slots=True)
class PageAction:
    """Something that a page can do: the palette presses the control at the selector `press`.

    On a page without that control it is not offered. `keywords` are other words by which it is
    looked for.
    """

    press: str
    icon: str
    label: Text | str
    keywords: Text | str = ""


def actions() -> list[PageAction]:
    """What the palette can do on every page."""
    languages = [
        PageAction(
            f'form[action="/language"] [value="{code}"]',
            "language",
            NATIVE_NAMES[code],
            _("language English Chinese 中文 语言"),
        )
        for code in OFFERED
    ]
    return [
        PageAction(
            "[data-theme-toggle]",
            "moon",
            _("Switch between light and dark"),
            _("theme appearance dark mode night 深色 浅色"),
        ),
        *languages,
        PageAction(
            "[data-page-link]",
            "link",
            _("Link and QR code"),
            _("copy share address url pass on"),
        ),
        PageAction(
            "[data-favourite]",
            "star",
            _("Add to favourites, or take out"),
            _("star pin keep at hand bookmark"),
        ),
        PageAction("[data-shortcuts-open]", "keyboard", _("Keyboard shortcuts"), _("keys help")),
        PageAction('form[action="/logout"] button', "logout", _("Sign out"), _("log out leave")),
    ]


def shell() -> Shell:
    """The shell of the running application; start-up makes it."""
    found: Shell = current_app.extensions["shell"]
    return found


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page: the rail's groups, its foot and favourites, the menus, the bell.

    `pages` is what the palette can jump to, `notice_count` how many notices are new.
    """

    nav: Sequence[Group] = ()
    nav_foot: Sequence[Link] = ()
    favourites: Sequence[Link] = ()
    create_actions: Sequence[Link] = ()
    pages: Sequence[Link] = ()
    person_links: Sequence[Link] = ()
    notice_count: int = 0


NO_FRAME = Frame()


def frame(by: Actor) -> Frame:
    """What stands around a page for this reader."""
    parts = shell()
    groups = _open_groups(_joined(group for give in parts.rail for group in give(by)), by)
    foot = open_now([link for give in parts.foot for link in give(by)], by)
    links = (*foot, *(link for group in groups for link in group.items))
    around = [link for link in links if is_at(link.url, request.path)]
    nearest = max((len(_path(link.url)) for link in around), default=0)
    for link in around:  # Of a page and one below it, only that which lies nearest.
        link.active = len(_path(link.url)) == nearest
    favourites = open_now(favourites_of(by, request.full_path.rstrip("?")), by)
    pages = [link for group in groups for link in group.items]
    pages += [link for give in parts.pages for link in give(by)]
    return Frame(
        nav=groups,
        nav_foot=foot,
        favourites=favourites,
        create_actions=[link for give in parts.create for link in give(by)],
        pages=[*open_now(pages, by), *foot],
        person_links=open_now([link for give in parts.person for link in give(by)], by),
        notice_count=sum(count(by) for count in parts.notices),
    )


def _joined(groups: Iterable[Group]) -> list[Group]:
    """The groups, all without a label as one, where the first of them stands."""
    found: list[Group] = []
    first: Group | None = None
    for one in groups:
        if not one.items:
            continue
        if one.label is None and first is not None:
            first.items.extend(one.items)
            continue
        first = one if one.label is None else first
        found.append(one)
    return found


def open_now(links: list[Link], by: Actor) -> list[Link]:
    """The links that lead somewhere: in a suspended workspace, only those that work there."""
    return [one for one in links if opens(one.url, by)] if by.tenant.is_suspended else links


def opens(url: str, by: Actor) -> bool:
    """True where the page at a local address is not closed by the state of the workspace."""
    if not by.tenant.is_suspended:
        return True
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(_path(url), method="GET")
    except HTTPException:
        return False
    declared = declared_access(current_app.view_functions[endpoint])
    return declared is not None and declared.while_suspended


def _open_groups(groups: list[Group], by: Actor) -> list[Group]:
    found = [Group(one.label, open_now(one.items, by)) for one in groups]
    return [one for one in found if one.items]


def favourites_of(by: Actor, here: str) -> list[Link]:
    """What the reader keeps at hand; the one shown `here`, an address with its query, is active."""
    found = [link for give in shell().favourites for link in give(by)]
    for link in found:
        longer = "&" if "?" in link.url else "?"
        link.active = here == link.url or here.startswith(f"{link.url}{longer}")
    return found


def is_at(url: str, path: str) -> bool:
    """True when `path` is the page of a link or lies below it."""
    url = _path(url)
    return path == url or (url != "/" and path.startswith(f"{url}/"))


def _path(url: str) -> str:
    return url.partition("?")[0]


def person() -> Person | None:
    """The signed-in person, or None for a visitor and for the service itself."""
    by = current.actor_or_none()
    if by is None or by.user_id is None:
        return None
    return Person(by.name, initials(by.name), avatar_colour(by.person_id or by.user_id))


def workspace() -> dict[str, object] | None:
    """The workspace whose address was called, or None at the service's own."""
    tenant = current.tenant_or_none()
    if tenant is None:
        return None
    return {
        "name": tenant.name,
        "slug": tenant.slug,
        "plan_label": STANDINGS.get(tenant.state, ""),
        "logo_initial": initial(tenant.name),
        # The page behind its name; the start page is closed while it is suspended.
        "home": "/settings" if tenant.is_suspended else "/",
        "is_open": "" if tenant.is_suspended else "1",
    }
