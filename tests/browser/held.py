"""Answers held back until the test lets them go: a line as slow as it pleases, without waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Request, Route

PROBE = "/healthz?held"


class Held:
    """The requests that are held back; each goes on in its turn."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: list[Route] = []
        self._is_open = False

    def take(self, route: Route) -> None:
        """Hold a request back, or let it pass once they are let go."""
        if self._is_open:
            route.continue_()
        else:
            self._waiting.append(route)

    def let_one_go(self) -> None:
        """Let the oldest go; those that come after it are still held back."""
        self._waiting.pop(0).continue_()

    def let_go(self) -> None:
        """Let all of them go, the oldest first, and whatever comes from now on."""
        self._is_open = True
        while self._waiting:
            self.let_one_go()


@contextmanager
def held(page: Page, method: str, path: str) -> Iterator[Held]:
    """Hold back what the block asks for by `method` at addresses that match the pattern `path`.

    The block ends once the first such request is on its way.
    """
    held_back = Held(page)
    wanted = re.compile(path)

    def fits(request: Request) -> bool:
        return request.method == method and wanted.search(request.url) is not None

    def pick(route: Route) -> None:
        if fits(route.request):
            held_back.take(route)
        else:
            route.continue_()

    page.route(wanted, pick)
    _is_held_by_now(page)
    with page.expect_request(fits):
        yield held_back
    page.evaluate("() => 0")  # The route has been picked once the page answers.


def _is_held_by_now(page: Page) -> None:
    """Ask until an answer comes from here: the browser lets requests pass for a moment after it
    has been told to hold them, and tells nothing of those.
    """
    page.route(PROBE, lambda route: route.fulfill(status=204))
    while page.evaluate("url => fetch(url).then(answer => answer.status)", PROBE) != 204:
        pass
    page.unroute(PROBE)
