"""Limits of authority on a phone: what is folded and what stands open; nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, ready

PLACE = "/settings/authority"


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_on_a_phone_grids_are_folded_and_a_fault_stands_open(phone: Page, windows: Windows) -> None:
    windows.watch.expect(422)
    ready(phone, PLACE)
    parts = phone.locator(".authority-part")
    assert parts.count() > 5
    expect(phone.locator(".authority-part[open]")).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollHeight") < 4000
    second = parts.nth(1)
    second.locator("summary").click()
    cell = second.locator("tbody input").first
    cell.fill("many")
    second.locator("summary").click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.locator(".authority-part[open]")).to_have_count(1)
    expect(cell).to_be_visible()
    expect(cell).to_have_value("many")
    cell.fill("12")
    second.locator("summary").click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved.")).to_be_visible()
    expect(second.locator("summary")).to_contain_text("1 limit")


def test_the_grid_that_an_address_names_stands_open(phone: Page) -> None:
    named = ready(phone, PLACE).locator(".authority-part").nth(2).get_attribute("id")
    phone.goto("about:blank")
    ready(phone, f"{PLACE}#{named}")
    expect(phone.locator(".authority-part[open]")).to_have_attribute("id", named or "")


def test_a_wide_window_shows_every_grid(page: Page) -> None:
    ready(page, PLACE)
    parts = page.locator(".authority-part")
    expect(page.locator(".authority-part[open]")).to_have_count(parts.count())
