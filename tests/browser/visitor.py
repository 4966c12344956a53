"""Windows of a browser: who sits at them, how wide they are, and what goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

from playwright.sync_api import Browser, BrowserContext, Page

from app.identity.models import User
from app.identity.operations.sign_in import Visit, open_session
from app.kernel import clock
from tests.browser.pace import Pace
from tests.browser.site import LOOPBACK, Site
from tests.browser.watch import Watch
from tests.cast import Person

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # Milliseconds until a state that does not come counts as missing.

# Marks the page while a request of its scripts is on its way or its answer is being put in place.
TELL_REQUESTS = """
{
  let running = 0;
  const tell = (by) => {
    running += by;
    document.documentElement.toggleAttribute('data-under-way', running > 0);
  };
  document.addEventListener('htmx:before:request', () => tell(1));
  document.addEventListener('htmx:finally:request', () => tell(-1));
  const plain = window.fetch;
  window.fetch = async (...asked) => {
    tell(1);
    const done = () => setTimeout(() => tell(-1));  // Whoever waits for the answer has it by then.
    try {
      const answer = await plain.call(window, ...asked);
      answer.clone().arrayBuffer().then(done, done);
      return answer;
    } catch (error) {
      done();
      throw error;
    }
  };
}
"""


class Windows:
    """Opens windows at the site; `close` ends them all and answers with what went wrong."""

    def __init__(self, browser: Browser, site: Site, pace: Pace) -> None:
        self.site = site
        self._pace = pace
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
        context.add_init_script(TELL_REQUESTS)
        cookies = {"theme": theme}
        if person is not None:
            cookies |= _session(person)
            cookies["lang"] = lang  # Else the language of the person's profile would rule.
        context.add_cookies(
            [{"name": name, "value": text, "url": address} for name, text in cookies.items()]
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        if self._pace.slowdown > 1:
            line = context.new_cdp_session(page)
            line.send("Emulation.setCPUThrottlingRate", {"rate": self._pace.slowdown})
        return page

    def close(self) -> list[str]:
        """Close every window; answers with what went wrong in them."""
        for context in self._contexts:
            for page in context.pages:
                settled(page)  # What comes late goes wrong here, and not unseen.
        self.site.traffic.wait_for_silence()  # A line cut in its midst is an error.
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
    settled(page).goto(path)
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


@contextmanager
def arriving(page: Page) -> Iterator[None]:
    """Wait for the scripts of the page that a press in the block leads to.

    Its words stand, and its links lead on, before anything else on it listens.
    """
    page.evaluate("() => { delete document.documentElement.dataset.ready; }")
    yield
    page.locator("html[data-ready]").wait_for(state="attached")


def look_up(page: Page, words: str) -> None:
    """Type into the box that has the focus, and wait until what these words find is shown."""
    end = f"q={quote_plus(words)}"
    with page.expect_response(lambda answer: answer.url.endswith(end)):
        page.keyboard.type(words)
    settled(page)


def settled(page: Page) -> Page:
    """Wait until nothing that the page's scripts asked for is on its way any more.

    Before a look at what must *not* have changed, and before a press on what an answer may replace.
    What is typed into a search is asked for only after a pause: expect what it brings first.
    """
    page.locator("html:not([data-under-way])").wait_for(state="attached")
    return page


def drawn(page: Page) -> Page:
    """Wait until styles and scripts have laid the page out for its window as that is now."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    return page


def overflow(page: Page) -> int:
    """How many pixels of the page stand outside the window, once all of it has come."""
    return int(
        drawn(settled(page)).evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
