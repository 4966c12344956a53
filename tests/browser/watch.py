"""Notices whatever goes wrong in a browser while a test looks elsewhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) => console.error(
  `Content-Security-Policy: ${event.violatedDirective} stopped ${event.blockedURI} ${event.sample}`
));
"""
FAILED_ANSWER = re.compile(r"Failed to load resource: .* status of (\d{3})")


class Watch:
    """Collects console errors, uncaught errors, policy violations and requests to other hosts."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self._expected: set[int] = set()

    def over(self, context: BrowserContext) -> None:
        """Watch every page of `context`."""
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.wrong.append(f"Uncaught: {error.error}"))
        context.on("request", self._sent)

    def expect(self, *statuses: int) -> None:
        """Take answers with these statuses for what the test is about."""
        self._expected.update(statuses)

    def forgive(self, *words: str) -> None:
        """Forget complaints with one of these words: the test itself brought them about."""
        self.wrong = [told for told in self.wrong if not any(one in told for one in words)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        failed = FAILED_ANSWER.match(message.text)
        if failed is None or int(failed[1]) not in self._expected:
            self.wrong.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _sent(self, request: Request) -> None:
        address = urlsplit(request.url)
        host = address.hostname or ""
        if address.scheme not in ("data", "blob") and not f".{host}".endswith(".localhost"):
            self.wrong.append(f"A request left the machine: {request.url}")
