"""Lists by groups: chosen in the drawer, opened where they stand, by keys and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    """Two customers and a prospect."""
    with acme.acting(alice) as by:
        for name, lifecycle in (("Ash", "customer"), ("Birch", "customer"), ("Cedar", "prospect")):
            make_account(by, name, lifecycle=lifecycle)


def test_a_group_opens_in_place_by_a_key_and_closes_again(page: Page, firms: None) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="Group by").click()
    with arriving(page):
        page.get_by_role("dialog").get_by_role("link", name="Lifecycle").click()
    expect(page).to_have_url(re.compile(r"group=lifecycle"))
    group = page.get_by_role("link", name="Customer 2")
    expect(group).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#list .who-name")).to_have_text(["Cedar", "Ash", "Birch"])
    page.evaluate("() => { window.untouched = true; }")
    page.get_by_role("link", name="Prospect 1").click()
    expect(page.locator("#list .who-name")).to_have_text(["Ash", "Birch"])
    group.click()
    expect(page.locator("#list .who-name")).to_have_count(0)
    expect(group).to_have_attribute("aria-expanded", "false")
    group.focus()
    page.keyboard.press("Enter")
    expect(group).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#list .who-name")).to_have_text(["Ash", "Birch"])
    expect(page).to_have_url(re.compile(r"open=customer"))
    expect(group).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#list tr.is-at .who-name")).to_have_text("Ash")
    group.click()
    expect(page.locator("#list .who-name")).to_have_count(0)
    assert page.evaluate("() => window.untouched === true")
    page.get_by_role("link", name="Not grouped").click()
    expect(page.locator("#list .who-name")).to_have_text(["Ash", "Birch", "Cedar"])


def test_groups_fit_on_a_phone(page: Page, firms: None) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page, "/accounts?group=lifecycle&open=customer")
    expect(page.get_by_role("link", name="Customer 2")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
