"""Filters built with the keyboard, told by chips, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, arriving, look_up, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    """Three firms in two cities, and a person at one of them."""
    with acme.acting(alice) as by:
        fence = make_account(by, "Fence & Sons", city="Leeds", lifecycle="customer")
        make_account(by, "Gate Ltd", city="York")
        make_account(by, "Hedge & Co", city="York", lifecycle="customer")
        make_contact(by, "Ash", "Ann", account_id=str(fence.id))


def expect_shown(page: Page, *names: str) -> None:
    rows = page.locator("#list .who-name")
    expect(rows).to_have_count(len(names))
    for name in names:
        expect(rows.filter(has_text=name)).to_have_count(1)


def test_conditions_are_built_without_the_mouse(page: Page, firms: None) -> None:
    ready(page, "/accounts")
    page.keyboard.press("f")
    field = page.locator("#drawer").get_by_role("combobox", name="Field")
    expect(field).to_be_focused()
    look_up(page, "lifec")
    found = page.locator("#c-0-field-list").get_by_role("option", selected=True)
    expect(found).to_contain_text("Lifecycle")
    page.keyboard.press("Enter")
    customer = page.locator("#drawer").get_by_role("checkbox", name="Customer", exact=True)
    expect(customer).to_be_visible()
    expect(page.locator("#drawer").get_by_role("checkbox").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(customer).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"lifecycle__in=customer"))
    expect(page.locator(".chip")).to_have_text(["Lifecycle Customer"])
    expect_shown(page, "Fence & Sons", "Hedge & Co")


def test_a_second_condition_any_of_which_may_hold(page: Page, firms: None) -> None:
    ready(page, "/accounts?city=Leeds")
    page.locator(".chip-open").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("textbox", name="Value")).to_be_focused()
    expect(drawer.get_by_role("textbox", name="Value")).to_have_value("Leeds")
    drawer.get_by_role("button", name="Add a condition").click()
    second = drawer.get_by_role("combobox", name="Field").nth(1)
    expect(second).to_be_focused()
    look_up(page, "name")
    page.get_by_role("option", name="Name", exact=True).first.click()
    expect(drawer.get_by_role("textbox", name="Value").nth(1)).to_be_focused()
    page.keyboard.type("gate")
    drawer.get_by_label("How the conditions are joined").select_option("or")
    with arriving(page):
        drawer.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_have_text(["Any of City Leeds, Name contains gate"])
    expect_shown(page, "Fence & Sons", "Gate Ltd")
    page.get_by_role("searchbox").fill("fence")
    expect(page.locator("#list .who-name")).to_have_text(["Fence & Sons"])
    expect(page).to_have_url(re.compile(r"filter="))
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".chip")).to_have_count(0)


def test_an_error_stands_beside_its_condition(windows: Windows, page: Page, firms: None) -> None:
    windows.watch.expect(422)
    ready(page, "/accounts?city=Leeds")
    page.locator(".chip-open").click()
    value = page.locator("#drawer").get_by_role("textbox", name="Value")
    expect(value).to_be_focused()
    value.fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#c-0-error")).to_have_text("Give a value to compare with.")
    expect(page.locator("#drawer").get_by_role("textbox", name="Value")).to_be_focused()


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_phone_shows_the_whole_builder(
    windows: Windows, alice: Person, firms: None, lang: str
) -> None:
    page = windows.open(alice, lang=lang, on_phone=True)
    ready(page, "/contacts?account_id.city=Leeds&created_at__between=2026-01-01,2027-12-31")
    assert overflow(page) == 0
    page.locator(".chip-open").first.click()
    expect(page.locator("#drawer .filter-row")).to_have_count(2)
    assert overflow(page) == 0
    wide = page.locator("#drawer .filter-row :is(.input, button)").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length"
    )
    assert wide == 0
