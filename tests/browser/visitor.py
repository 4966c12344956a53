"""Windows of a browser: who sits at them, how wide they are, and what goes wrong in them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from app.identity.models import User
from app.identity.operations.sign_in import Visit, open_session
from app.kernel import clock
from tests.browser.site import LOOPBACK, Site
from tests.browser.watch import Watch
from tests.cast import Person

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # Milliseconds until a state that does not come counts as missing.


class Windows:
    """Opens windows at the site; `close` ends them all and answers with what went wrong."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site = site
        self.watch = Watch()
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        person: Person | None = None,
        *,
        slug: str | None = "acme",
        lang: str = "en",
        theme: str = "light",
        on_phone: bool = False,
        **options: Any,
    ) -> Page:
        """A fresh browser with one empty page, signed in as `person` if one is named."""
        address = self.site.workspace(slug) if slug else self.site.url
        context = self._browser.new_context(
            base_url=address,
            viewport=PHONE if on_phone else DESK,
            has_touch=on_phone,
            locale="zh-CN" if lang == "zh-CN" else "en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            **options,
        )
        self._contexts.append(context)
        self.watch.over(context)
        cookies = {"theme": theme}
        if person is not None:
            cookies |= _session(person)
            cookies["lang"] = lang  # Else the language of the person's profile would rule.
        context.add_cookies(
            [{"name": name, "value": text, "url": address} for name, text in cookies.items()]
        )
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def close(self) -> list[str]:
        """Close every window; answers with what went wrong in them."""
        for context in self._contexts:
            context.close()
        self.site.traffic.wait_for_silence()  # A late change would stand in the next test.
        return self.watch.wrong


def _session(person: Person) -> dict[str, str]:
    """The cookies of somebody who has signed in."""
    with person.workspace.scope() as session:
        user = session.get_one(User, person.user_id)
        facts = person.workspace.facts
        opened = open_session(session, facts, user, clock.now(), Visit(address=LOOPBACK))
    return {"session": opened.token, "device": opened.device}


def ready(page: Page, path: str) -> Page:
    """Go to `path` and wait until the page's scripts listen."""
    page.goto(path)
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


def overflow(page: Page) -> int:
    """How many pixels of the page stand outside the window."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
