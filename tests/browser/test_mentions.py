"""Calling a colleague in a text: an @ offers names, to the mouse, the keyboard and the thumb."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def firm(acme: Workspace, alice: Person) -> str:
    """The address of an account, in a workspace where 李雷 works too."""
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        create_user(by, email="lilei@acme.example", name="李雷", role=role, password=None)
        return f"/accounts/{make_account(by).id}"


def note(page: Page) -> Locator:
    """The box of a note."""
    page.get_by_role("tab", name="Note").click()
    return page.get_by_role("tabpanel", name="Note").locator("textarea")


def test_a_name_is_chosen_by_keys_and_stands_as_a_chip(page: Page, firm: str) -> None:
    ready(page, firm)
    box = note(page)
    box.press_sequentially("Ask @ll")
    offered = page.get_by_role("option", name="李雷")
    expect(offered).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Ask @李雷 ")
    expect(offered).to_be_hidden()
    box.press_sequentially("or @")
    expect(page.get_by_role("option", name="Alice Archer")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box).to_have_value("Ask @李雷 or @Bob Baker ")
    box.press_sequentially("x@do")
    expect(page.locator(".mentions-list")).to_be_hidden()
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#timeline .mention")).to_have_text(["@李雷", "@Bob Baker"])


def test_a_chosen_name_is_not_offered_again_while_the_text_goes_on(page: Page, firm: str) -> None:
    ready(page, firm)
    box = note(page)
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(unquote(one.url)) if "/mentions" in one.url else None
    )
    box.press_sequentially("Ask @bob")
    page.locator(".mentions-list").get_by_role("option", name="Bob Baker").click()
    expect(box).to_have_value("Ask @Bob Baker ")
    box.press_sequentially("soon, or @")
    # What is asked for a name comes after a pause, so that an earlier question came before this.
    expect(page.get_by_role("option", name="Alice Archer")).to_be_visible()
    assert not [one for one in asked if "/mentions" in one and "Bob Baker" in one]


def test_escape_leaves_the_text_and_the_drawer_as_they_are(page: Page, firm: str) -> None:
    ready(page, "/activities")
    page.get_by_role("link", name="New activity").first.click()
    box = page.locator("#drawer textarea[data-mentions]").first
    box.press_sequentially("Ask @dor")
    offered = page.locator(".mentions-list").get_by_role("option", name="Dora Dunn")
    expect(offered).to_be_visible()
    page.keyboard.press("Escape")
    expect(offered).to_be_hidden()
    expect(box).to_have_value("Ask @dor")
    expect(page.locator("#drawer")).to_be_visible()


def test_who_can_not_see_it_is_named_with_the_way_to_share(page: Page, firm: str) -> None:
    ready(page, firm)
    box = note(page)
    box.fill("Ask @Bob Baker about it.")
    page.get_by_role("button", name="Save note").click()
    message = page.locator("[data-toast]", has_text="Bob Baker can't see this")
    message.get_by_role("link", name="Share…").click()
    expect(page.locator("#drawer #user_id")).to_contain_text("Bob Baker")
    page.locator("#drawer").get_by_role("button", name="Add").click()
    expect(page.locator("[data-toast]", has_text="Bob Baker follows this now")).to_be_visible()


def test_a_thumb_chooses_on_a_phone(windows: Windows, alice: Person, firm: str) -> None:
    page = windows.open(alice, on_phone=True)
    ready(page, firm)
    box = note(page)
    box.press_sequentially("@李")
    option = page.get_by_role("option", name="李雷")
    expect(option).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    option.tap()
    expect(box).to_have_value("@李雷 ")
    settled(page)
