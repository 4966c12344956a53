"""The pages of the settings: who sees which; layers above add theirs at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.kernel.language import OFFERED, Text, _, using
from app.kernel.searchkeys import search_text
from app.web.shell import opens


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One subject of the settings: its group, what it is called, what it does, who may see it.

    Where one permission does not say who may see it, `is_offered` does. `synonyms` are other words
    by which people look for it; their translation holds those of its language.
    """

    url: str
    icon: str
    group: Text
    label: Text
    text: Text
    permission: tuple[str, str] | None = None
    synonyms: Text | str = ""
    is_offered: Callable[[Actor], bool] = lambda _by: True


YOURSELF = _("Yourself")
WORKSPACE = _("Workspace")
PEOPLE = _("People and access")
DATA = _("Data")
# How groups follow each other; those that are not named come before the data, as they were added.
FIRST, LAST = (YOURSELF, WORKSPACE, PEOPLE), (DATA, _("Subscription"))
WORDS = 8  # Of a search that are looked at.

_pages: dict[str, SettingsPage] = {
    page.url: page
    for page in (
        SettingsPage(
            "/settings/me",
            "user-circle",
            YOURSELF,
            _("Profile and security"),
            _("Your name, language, password, two-factor sign-in and sessions."),
            synonyms=_("account password 2FA MFA two-factor authenticator zone devices e-mail"),
        ),
        SettingsPage(
            "/settings/workspace",
            "building",
            WORKSPACE,
            _("Firm and workspace"),
            _("Name, language, time zone, country and currency of the firm."),
            ("firm", "manage"),
            synonyms=_("company name timezone locale region currency logo colour brand"),
        ),
        SettingsPage(
            "/settings/people",
            "users",
            PEOPLE,
            _("Users"),
            _("Who may sign in, with which role and in which team."),
            ("user", "manage"),
            synonyms=_("members colleagues employees staff invite"),
        ),
        SettingsPage(
            "/settings/teams",
            "hierarchy",
            PEOPLE,
            _("Teams"),
            _("The tree that “team and below” follows."),
            ("team", "manage"),
            synonyms=_("departments org chart"),
        ),
        SettingsPage(
            "/settings/roles",
            "shield-check",
            PEOPLE,
            _("Roles"),
            _("What each role may see and do, down to single fields."),
            ("role", "manage"),
            synonyms=_("permissions rights privileges"),
        ),
        SettingsPage(
            "/settings/sign-in",
            "shield-lock",
            PEOPLE,
            _("Sign-in rules"),
            _("How long passwords are, who signs in by two factors, how long sessions last."),
            ("sign_in", "manage"),
            synonyms=_("security policy password 2FA MFA two-factor session timeout"),
        ),
        SettingsPage(
            "/settings/tokens",
            "key",
            PEOPLE,
            _("API tokens"),
            _("Keys of programs that work in this workspace."),
            ("token", "manage"),
            synonyms=_("keys integration developers"),
        ),
        SettingsPage(
            "/settings/audit",
            "history",
            PEOPLE,
            _("Audit"),
            _("Who did what, when and how: sign-ins, records, and who may do what."),
            ("audit", "read"),
            synonyms=_("log trail events export"),
        ),
        SettingsPage(
            "/settings/support",
            "lifebuoy",
            PEOPLE,
            _("Support access"),
            _("Let the service look into this workspace for some hours, and see who did."),
            ("support", "allow"),
            synonyms=_("help service desk consent remote operator"),
        ),
    )
}


def add(page: SettingsPage) -> None:
    """Add a page to the settings; start-up calls it."""
    _pages[page.url] = page


def for_actor(by: Actor) -> list[SettingsPage]:
    """The pages that this person may open."""
    return [
        page
        for page in _pages.values()
        if (page.permission is None or by.may(*page.permission))
        and page.is_offered(by)
        and opens(page.url, by)
    ]


def marked(path: str, by: Actor) -> str:
    """The address of the page that a path belongs to: the longest that it begins with, or none."""
    urls = [page.url for page in for_actor(by) if f"{path}/".startswith(f"{page.url}/")]
    return max(urls, key=len, default="")


def groups(by: Actor, search: str = "") -> list[tuple[Text, list[SettingsPage]]]:
    """The same pages under the names of their groups, in order; those only that a search finds."""
    words = fold(search[:200]).split()[:WORDS]
    found: dict[Text, list[SettingsPage]] = {}
    for page in for_actor(by):
        if all(word in _spelled(page) for word in words):
            found.setdefault(page.group, []).append(page)
    others = [one for one in found if one not in (*FIRST, *LAST)]
    return [(one, found[one]) for one in (*FIRST, *others, *LAST) if one in found]


@lru_cache(maxsize=256)
def _spelled(page: SettingsPage) -> str:
    """All by which a page is found: its words in every language, pinyin and its initials."""
    lines: list[str] = []
    for one in OFFERED:
        with using(one):
            words = (page.label, page.group, *str(page.text).split(), *str(page.synonyms).split())
            lines += [search_text([str(word)]) for word in words]
    return "\n".join(dict.fromkeys(lines))
