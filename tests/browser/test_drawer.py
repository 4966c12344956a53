"""Making and editing a record in the drawer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


@pytest.fixture
def drawer(page: Page) -> Locator:
    """The drawer with the empty form of a new account, over the list of accounts."""
    ready(page, "/accounts")
    page.get_by_role("main").get_by_role("link", name="New account").first.click()
    opened = page.locator("#drawer")
    expect(opened.get_by_label("Name")).to_be_focused()
    return opened


def test_a_record_is_made_and_shown(page: Page, drawer: Locator) -> None:
    drawer.get_by_label("Name").fill("Fence & Sons")
    drawer.get_by_label("Phone").fill("020 7946 0018")
    drawer.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#main h1")).to_contain_text("Fence & Sons")
    expect(page).to_have_url(re.compile(r"/accounts/[0-9a-f-]{36}"))
    expect(page.locator("#toasts")).to_contain_text("Fence & Sons was added.")


def test_what_is_missing_is_told_beside_its_field_and_nothing_typed_is_lost(
    page: Page, drawer: Locator, windows: Windows
) -> None:
    windows.watch.expect(422)
    drawer.get_by_label("Phone").fill("020 7946 0018")
    drawer.get_by_role("button", name="Save", exact=True).click()
    name = drawer.get_by_label("Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile(r"\w+"))
    expect(drawer.get_by_label("Phone")).to_have_value("020 7946 0018")
    name.fill("Fence & Sons")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main h1")).to_contain_text("Fence & Sons")


def test_ctrl_enter_saves(page: Page, drawer: Locator) -> None:
    drawer.get_by_label("Name").fill("Fence & Sons")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main h1")).to_contain_text("Fence & Sons")


def test_ctrl_shift_enter_saves_and_starts_the_next(page: Page, drawer: Locator) -> None:
    drawer.get_by_label("Name").fill("Fence & Sons")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#toasts")).to_contain_text("Fence & Sons was added.")
    expect(drawer.get_by_label("Name")).to_have_value("")
    expect(drawer.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator("#list .who-name")).to_have_text(["Fence & Sons"])


def test_escape_closes_at_once_while_nothing_was_typed(page: Page, drawer: Locator) -> None:
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_escape_asks_before_typed_words_are_lost(page: Page, drawer: Locator) -> None:
    drawer.get_by_label("Name").fill("Fence & Sons")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Discard what you typed?")
    question.get_by_role("button", name="Keep editing").click()
    expect(question).to_be_hidden()
    expect(drawer.get_by_label("Name")).to_have_value("Fence & Sons")
    drawer.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Discard").click()
    expect(drawer).to_be_hidden()
    expect(page.locator("#list .who-name")).to_have_count(0)


def test_a_reference_is_found_by_typing_and_taken_by_enter(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, name="Birch Ltd")
        make_account(by, name="北风贸易")
    ready(page, "/contacts/new")
    page.get_by_label("Last name").fill("Fence")
    box = page.get_by_role("combobox", name="Account")
    box.press_sequentially("bf")
    offered = page.locator(".lookup-list").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("北风贸易")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("北风贸易")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#main h1")).to_contain_text("Fence")
    expect(page.get_by_role("link", name="北风贸易").first).to_be_visible()


def test_a_record_is_edited_with_e_and_stays_where_it_is(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
    ready(page, f"/accounts/{account.id}")
    page.keyboard.press("e")
    drawer = page.locator("#drawer")
    drawer.get_by_label("Name").fill("Fence & Daughters")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main h1")).to_contain_text("Fence & Daughters")
    expect(page).to_have_url(re.compile(f"/accounts/{account.id}"))
    expect(drawer).to_be_hidden()


def test_n_makes_a_new_one_and_c_offers_what_can_be_created(page: Page) -> None:
    ready(page, "/contacts")
    page.keyboard.press("n")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="New contact")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.keyboard.press("c")
    expect(page.get_by_role("menuitem", name="New account")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("heading", name="New account")).to_be_visible()


def test_using_one_that_is_there_takes_along_what_was_typed_until_the_press(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Fence", "Frank", email="frank@fence.example", title="Director")
    ready(page, "/contacts")
    page.get_by_role("main").get_by_role("link", name="New contact").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("E-mail").fill("frank@fence.example")
    use = drawer.get_by_role("link", name="Use Frank Fence")
    expect(use).to_be_visible()
    drawer.get_by_label("Job title").fill("Clerk")  # It holds one already.
    drawer.get_by_text("More fields").click()
    drawer.get_by_label("WeChat").fill("frank-fence")
    use.click()
    expect(drawer.get_by_role("heading", name="Frank Fence")).to_be_visible()
    expect(drawer.get_by_label("WeChat")).to_be_visible()
    expect(drawer.get_by_label("WeChat")).to_have_value("frank-fence")
    expect(drawer.get_by_label("Job title")).to_have_value("Director")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Discard what you typed?")
    question.get_by_role("button", name="Keep editing").click()
    drawer.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("#field-wechat")).to_contain_text("frank-fence")


def test_a_long_text_goes_along_whole(page: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, phone="020 7946 0018")
    ready(page, "/accounts")
    page.get_by_role("main").get_by_role("link", name="New account").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Phone").fill("020 7946 0018")
    drawer.get_by_text("More fields").click()
    words = "Fence & Sons, " * 30
    drawer.get_by_label("Invoice details").fill(words)
    drawer.get_by_role("link", name="Use Fence").click()
    expect(drawer.get_by_label("Invoice details")).to_have_value(words)
