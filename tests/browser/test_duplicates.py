"""Possible duplicates in a real browser: gone through by keys, denied, taken back, merged."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

PLACE = "/contacts/duplicates"


@pytest.fixture
def twins(acme: Workspace, alice: Person) -> None:
    """Three pairs of people who share their e-mail, and three who share another."""
    with acme.acting(alice) as by:
        firm = make_account(by, "Ash Limited", city="Leeds")
        for name in ("Ash", "Birch", "Cedar"):
            for first in ("Ann", "Ben"):
                make_contact(by, f"{name} {first}", first, email=f"{name}@wood.example")
        for first in ("Dan", "Eve", "Fay"):
            make_contact(by, first, email="post@wood.example", account_id=str(firm.id))


def groups(page: Page) -> Any:
    return page.locator(".twins")


@pytest.mark.usefixtures("twins")
def test_groups_are_gone_through_by_keys_and_what_was_said_is_taken_back(page: Page) -> None:
    ready(page, PLACE)
    expect(groups(page)).to_have_count(4)
    expect(page.locator(".twins-count b")).to_have_text("4")
    page.keyboard.press("j")
    expect(groups(page).nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(groups(page).nth(1)).to_be_focused()
    name = groups(page).nth(1).locator(".who-name").first.inner_text()
    page.keyboard.press("n")
    expect(groups(page)).to_have_count(3)
    expect(page.get_by_text("are no duplicates.")).to_be_visible()
    expect(page.locator(".twins .who-name", has_text=name)).to_have_count(0)
    expect(page.locator(".twins-count b")).to_have_text("3")
    page.get_by_role("button", name="Undo").click()
    expect(groups(page)).to_have_count(4)
    expect(page.locator(".twins .who-name", has_text=name)).to_have_count(1)


@pytest.mark.usefixtures("twins")
def test_enter_compares_and_the_merge_leads_back_to_the_next_group(page: Page) -> None:
    ready(page, PLACE)
    expect(groups(page)).to_have_count(4)
    page.keyboard.press("j")
    expect(groups(page).nth(0)).to_be_focused()
    with arriving(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Merge into one record")).to_be_visible()
    with arriving(page):
        page.get_by_role("button", name=re.compile("^Merge [23] records$")).click()
    expect(page).to_have_url(re.compile(f"{PLACE}$"))
    expect(groups(page)).to_have_count(3)


@pytest.mark.usefixtures("twins")
def test_of_a_group_of_three_those_that_are_ticked_are_meant(page: Page) -> None:
    ready(page, PLACE)
    three = groups(page).filter(has=page.get_by_role("checkbox"))
    expect(three.get_by_role("checkbox")).to_have_count(3)
    three.get_by_role("checkbox").nth(2).uncheck()
    three.get_by_role("button", name="Not duplicates").click()
    expect(page.get_by_text("These 2 records are no duplicates.")).to_be_visible()
    # The third may still be one of the two.
    expect(three.get_by_role("checkbox")).to_have_count(3)


@pytest.mark.usefixtures("twins")
def test_a_filter_shows_its_groups_and_stands_in_the_address(page: Page) -> None:
    ready(page, PLACE)
    expect(groups(page)).to_have_count(4)
    page.locator("select[name=reason]").select_option("phone")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(page).to_have_url(re.compile("reason=phone"))
    page.locator("select[name=reason]").select_option("email")
    expect(groups(page)).to_have_count(4)


@each_once
@pytest.mark.usefixtures("twins")
def test_the_pages_of_duplicates_are_for_everybody(
    windows: Windows, alice: Person, variant: dict[str, Any]
) -> None:
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit(PLACE, f"{PLACE}?show=denied", "/accounts/duplicates", "/settings/duplicates")
    assert not seen.found, seen.told()
