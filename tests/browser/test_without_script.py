"""What works where scripts don't run: pages are plain HTML first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_signing_in import type_in
from tests.browser.visitor import Windows
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def plain(windows: Windows, alice: Person) -> Page:
    """A window of Alice's in which no script runs."""
    return windows.open(alice, java_script_enabled=False)


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    """Two firms."""
    with acme.acting(alice) as by:
        make_account(by, name="Birch Ltd")
        make_account(by, name="Cedar Works")


def test_signing_in_works(windows: Windows, alice: Person) -> None:
    page = windows.open(java_script_enabled=False)
    page.goto("/accounts")
    type_in(page, alice.email, alice.password)
    expect(page.locator("#main h1")).to_have_text("Accounts")


def test_a_list_is_searched_and_sorted(plain: Page, firms: None) -> None:
    plain.goto("/accounts")
    plain.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(plain.locator("#list .who-name")).to_have_text(["Birch Ltd", "Cedar Works"])
    plain.get_by_role("searchbox").fill("cedar")
    plain.get_by_role("searchbox").press("Enter")
    expect(plain.locator("#list .who-name")).to_have_text(["Cedar Works"])
    expect(plain).to_have_url(re.compile(r"q=cedar"))
    plain.get_by_role("link", name="Cedar Works").click()
    expect(plain.locator("#main h1")).to_contain_text("Cedar Works")


def test_a_record_is_made_on_a_page_of_its_own(plain: Page, windows: Windows) -> None:
    windows.watch.expect(422)
    plain.goto("/accounts")
    plain.get_by_role("main").get_by_role("link", name="New account").first.click()
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    plain.get_by_label("Name").fill("Fence & Sons")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.locator("#main h1")).to_contain_text("Fence & Sons")


def test_a_follow_up_is_written(plain: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
    plain.goto(f"/accounts/{account.id}")
    form = plain.locator("#form-follow_up")
    form.get_by_role("textbox", name="What was said?").fill("Wants a quote")
    form.get_by_role("button", name="Save follow-up").click()
    expect(plain.locator("#timeline .is-follow_up")).to_contain_text("Wants a quote")


def test_language_is_chosen(plain: Page) -> None:
    plain.goto("/accounts")
    plain.get_by_role("button", name="Language").click()
    plain.get_by_role("menuitemradio", name="简体中文").click()
    expect(plain.locator("#main h1")).to_have_text("客户")


def test_inviting_asks_only_for_what_the_chosen_way_needs(plain: Page) -> None:
    plain.goto("/settings/people/invite")
    expect(plain.locator("#email")).to_be_visible()
    expect(plain.get_by_label("People who may use it")).to_be_hidden()
    plain.get_by_text("By QR code").click()
    expect(plain.locator("#email")).to_be_hidden()
    plain.get_by_label("People who may use it").fill("3")
    plain.get_by_label("Role").select_option("Viewer")
    plain.get_by_role("button", name="Invite").click()
    expect(plain.locator("#main")).to_contain_text("3 people")
