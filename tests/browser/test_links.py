"""Passing a page on: from a record's menu, from a list, by the palette."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import Findings, every_pair, firm, looker
from tests.browser.visitor import Windows, ready
from tests.cast import Person

__all__ = ["firm", "looker"]


def test_a_record_s_address_is_copied_from_its_menu(
    windows: Windows, alice: Person, firm: str
) -> None:
    page = windows.open(alice, permissions=["clipboard-read", "clipboard-write"])
    ready(page, firm)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Link and QR code").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("img", name="QR code of the address")).to_be_visible()
    expect(drawer.get_by_role("button", name="Copy")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(firm)


def test_a_list_is_passed_on_as_it_is_filtered_now(page: Page, firm: str) -> None:
    ready(page, "/accounts")
    page.get_by_role("searchbox").fill("fence")
    expect(page).to_have_url(re.compile("q=fence"))
    page.get_by_role("link", name="Link and QR code").click()
    expect(page.locator("#drawer .secret code")).to_have_text(re.compile(r"/accounts\?q=fence$"))


def test_the_palette_offers_it_where_there_is_something_to_pass_on(page: Page, firm: str) -> None:
    ready(page, firm)
    page.keyboard.press("/")
    page.locator(".palette-input").fill("qr code")
    page.get_by_role("option", name="Link and QR code").click()
    expect(page.locator("#drawer .secret code")).to_contain_text(firm)
    ready(page, "/settings")
    page.keyboard.press("/")
    page.locator(".palette-input").fill("qr code")
    expect(page.locator("[data-palette-none]")).to_be_visible()


@every_pair
def test_it_is_accessible(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person, firm: str
) -> None:
    seen = looker(alice, variant)
    seen.visit(f"{firm}/link", "/accounts/link?q=fence")
    assert not seen.found, seen.told()
