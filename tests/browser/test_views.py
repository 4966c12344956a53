"""Saved views in a real browser: saved, changed, pinned, deleted and brought back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, arriving, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    """One firm in Leeds, one in York."""
    with acme.acting(alice) as by:
        make_account(by, "Leeds Ltd", city="Leeds")
        make_account(by, "York Ltd", city="York")


def save(page: Page, name: str) -> None:
    page.get_by_role("link", name="Save as view").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("checkbox", name="Pin to the navigation").check()
    with arriving(page):
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"view=[0-9a-f-]{36}$"))


def test_what_was_typed_is_saved_as_a_view_with_its_number(page: Page, firms: None) -> None:
    ready(page, "/accounts")
    expect(page.get_by_role("link", name="Save as view")).to_have_count(0)
    page.get_by_role("searchbox").fill("leeds")
    save(page, "Leeds firms")
    views = page.get_by_role("navigation", name="Views")
    expect(views.locator("[aria-current]")).to_have_text("Leeds firms1")
    expect(page.locator("#list .who-name")).to_have_text(["Leeds Ltd"])
    rail = page.get_by_role("navigation", name="Pages").first
    expect(rail.get_by_role("link", name="Leeds firms")).to_be_visible()
    # Typing on makes it differ, which is told where the rows are not; resetting goes back.
    page.get_by_role("searchbox").fill("york")
    expect(page.locator("#list .who-name")).to_have_text(["York Ltd"])
    expect(page.locator("#view-state")).to_contain_text("Unsaved changes")
    page.get_by_role("link", name="Reset").click()
    expect(page.locator("#list .who-name")).to_have_text(["Leeds Ltd"])
    expect(page.locator("#view-state")).not_to_contain_text("Unsaved changes")


def test_a_changed_view_is_saved_and_a_deleted_one_comes_back(page: Page, firms: None) -> None:
    ready(page, "/accounts?city=Leeds")
    save(page, "One town")
    address = page.url
    ready(page, f"{address}&city=York")
    with arriving(page):
        page.locator("#view-state").get_by_role("button", name="Save").click()
    expect(page).to_have_url(address)
    expect(page.locator("#list .who-name")).to_have_text(["York Ltd"])
    page.get_by_role("button", name="What to do with views").click()
    page.get_by_role("menuitem", name="Delete view").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/accounts$"))
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address)


def test_views_are_used_on_a_phone(windows: Windows, firms: None, alice: Person) -> None:
    page = ready(windows.open(alice, on_phone=True, lang="zh-CN"), "/accounts?city=Leeds")
    page.get_by_role("link", name="存为视图").click()
    page.get_by_role("textbox", name="名称").fill("利兹客户")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_role("navigation", name="视图").locator("[aria-current]")).to_contain_text(
        "利兹客户"
    )
    assert overflow(page) == 0
