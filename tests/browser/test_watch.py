"""The watch that every browser test stands under sees what it is there to see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page

from tests.browser.visitor import Windows, ready


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("() => console.error('It broke')", "It broke"),
        ("() => document.body.setAttribute('style', 'color: red')", "Content-Security-Policy: "),
        ("() => fetch('/nowhere')", "status of 404"),
    ],
)
def test_a_complaint_in_the_console_is_noticed(
    page: Page, windows: Windows, script: str, told: str
) -> None:
    ready(page, "/accounts")
    with page.context.expect_event("console", lambda message: told in message.text):
        page.evaluate(script)
    assert told in windows.watch.wrong[-1]
    windows.watch.forgive("")


def test_an_error_that_nobody_catches_is_noticed(page: Page, windows: Windows) -> None:
    ready(page, "/accounts")
    with page.context.expect_event("weberror"):
        page.evaluate("() => { queueMicrotask(() => { throw new Error('It broke'); }); }")
    assert "It broke" in windows.watch.wrong[-1]
    windows.watch.forgive("")


def test_a_request_to_another_host_is_noticed(page: Page, windows: Windows) -> None:
    with pytest.raises(Error):
        page.goto("http://elsewhere.invalid/")
    assert windows.watch.wrong == ["A request left the machine: http://elsewhere.invalid/"]
    windows.watch.forgive("")
