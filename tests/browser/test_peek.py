"""The record of a row beside its list, by pointer, by keys and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.crm.models import Account
from app.records.door import perform
from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

PANEL = "#peek"
TITLE = "#peek-title"
LIST = "/accounts?sort=name"


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for name in ("Alder & Co", "Birch Ltd", "Cedar Works"):
            make_account(by, name=name, city="Leeds", phone="020 7946 0018")


def focus_row(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).focus()


def test_the_eye_of_a_row_opens_it_beside_the_list(page: Page, firms: None) -> None:
    ready(page, LIST)
    page.get_by_text("Birch Ltd").hover()
    page.get_by_role("button", name="Preview: Birch Ltd").click()
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")
    expect(page.locator(PANEL)).to_contain_text("Leeds")
    expect(page.locator("tr.is-peeked .who-name")).to_have_text("Birch Ltd")
    expect(page).to_have_url(re.compile(r"/accounts\?sort=name$"))
    # The list stays in use: the eye of another row shows that one.
    page.get_by_text("Alder & Co").hover()
    page.get_by_role("button", name="Preview: Alder & Co").click()
    expect(page.locator(TITLE)).to_contain_text("Alder & Co")
    page.locator(PANEL).get_by_role("button", name="Close").click()
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator("tr.is-peeked")).to_have_count(0)


def test_space_arrows_and_escape_walk_the_rows_beside_the_list(page: Page, firms: None) -> None:
    ready(page, LIST)
    focus_row(page, "Alder & Co")
    page.keyboard.press("Space")
    expect(page.locator(TITLE)).to_contain_text("Alder & Co")
    expect(page.get_by_role("button", name="Previous row")).to_be_disabled()
    page.keyboard.press("ArrowDown")
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")
    page.keyboard.press("ArrowDown")
    expect(page.locator(TITLE)).to_contain_text("Cedar Works")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Next row")).to_be_disabled()
    page.keyboard.press("ArrowUp")
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.get_by_role("link", name="Birch Ltd", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")


def test_many_quick_steps_end_at_the_last_row(page: Page, firms: None) -> None:
    ready(page, LIST)
    focus_row(page, "Alder & Co")
    page.keyboard.press("Space")
    expect(page.locator(TITLE)).to_contain_text("Alder & Co")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr.is-peeked .who-name")).to_have_text("Birch Ltd")
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")


def test_space_in_the_search_types_a_space(page: Page, firms: None) -> None:
    ready(page, LIST)
    page.get_by_role("searchbox").press_sequentially("birch ltd")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    expect(page.get_by_role("searchbox")).to_have_value("birch ltd")
    expect(page.locator(PANEL)).to_be_hidden()


def test_the_menu_of_a_row_offers_the_preview_as_a_link(page: Page, firms: None) -> None:
    ready(page, LIST)
    page.get_by_role("button", name="More actions for Cedar Works").click()
    item = page.get_by_role("menuitem", name="Preview")
    expect(item).to_have_attribute("href", re.compile(r"^/accounts/[0-9a-f-]{36}"))
    item.click()
    expect(page.locator(TITLE)).to_contain_text("Cedar Works")


def test_a_follow_up_written_beside_the_list_stands_in_both(page: Page, firms: None) -> None:
    ready(page, LIST)
    focus_row(page, "Alder & Co")
    page.keyboard.press("Space")
    panel = page.locator(PANEL)
    panel.get_by_text("Follow-up", exact=True).click()
    panel.get_by_role("textbox", name="What was said?").fill("They want two more.")
    panel.get_by_role("button", name="In 3 days").click()
    panel.get_by_role("button", name="Save follow-up").click()
    expect(panel.locator("#timeline")).to_contain_text("They want two more.")
    expect(panel.locator(".peek-step")).to_contain_text("Follow up: They want two more.")
    row = page.get_by_role("row", name="Alder & Co")
    expect(row).to_contain_text("Follow up: They want two more.")


def test_an_edit_from_the_panel_comes_back_to_it(page: Page, firms: None) -> None:
    ready(page, LIST)
    focus_row(page, "Birch Ltd")
    page.keyboard.press("Space")
    page.locator(PANEL).get_by_role("link", name="Edit").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Name").fill("Beech Ltd")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#list")).to_contain_text("Beech Ltd")
    expect(page.locator(TITLE)).to_contain_text("Beech Ltd")
    expect(page).to_have_url(re.compile(r"/accounts\?sort=name$"))


def test_a_record_that_has_gone_says_so_beside_the_list(
    page: Page, windows: Windows, acme: Workspace, alice: Person, firms: None
) -> None:
    windows.watch.expect(404)
    ready(page, LIST)
    with acme.acting(alice) as by:
        birch = by.session.query(Account).filter_by(name="Birch Ltd").one()
        perform("account", "delete", birch, by=by)
    focus_row(page, "Birch Ltd")
    page.keyboard.press("Space")
    expect(page.locator(PANEL)).to_contain_text("Birch Ltd was deleted by Alice")
    page.keyboard.press("ArrowDown")
    expect(page.locator(TITLE)).to_contain_text("Cedar Works")
    page.keyboard.press("ArrowUp")
    page.locator(PANEL).get_by_role("button", name="Bring it back").click()
    expect(page.locator("#toasts")).to_contain_text("Birch Ltd was restored")
    expect(page.locator("#list")).to_contain_text("Birch Ltd")


def test_on_a_phone_the_record_lies_over_the_list_and_back_closes_it(
    windows: Windows, alice: Person, firms: None
) -> None:
    page = windows.open(alice, on_phone=True)
    ready(page, LIST)
    page.get_by_role("button", name="More actions for Birch Ltd").click()
    page.get_by_role("menuitem", name="Preview").click()
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")
    box = page.locator(PANEL).bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    page.go_back()
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/accounts\?sort=name$"))
    expect(page.locator("#list .who-name")).to_have_count(3)


def test_a_card_of_a_board_is_shown_beside_it_by_its_eye_its_menu_and_space(
    page: Page, firms: None
) -> None:
    ready(page, "/accounts/board?sort=name")
    card = page.locator(".board-card", has_text="Birch Ltd")
    card.hover()
    page.get_by_role("button", name="Preview: Birch Ltd").click()
    expect(page.locator(TITLE)).to_contain_text("Birch Ltd")
    expect(page.locator(".board-card.is-peeked .card-title")).to_have_text("Birch Ltd")
    expect(page).to_have_url(re.compile("/accounts/board"))
    page.keyboard.press("ArrowDown")
    expect(page.locator(TITLE)).to_contain_text("Cedar Works")
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator(".card-title", has_text="Cedar Works")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(TITLE)).to_contain_text("Cedar Works")
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    page.get_by_role("button", name="Move Alder & Co").click()
    page.get_by_role("menuitem", name="Preview").click()
    expect(page.locator(TITLE)).to_contain_text("Alder & Co")


def test_an_entry_of_a_calendar_is_shown_beside_it(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in (1, 2):
            due = f"{by.today()}T1{number}:00:00+00:00"
            make_activity(by, "task", subject=f"Call {number}", due_at=due)
    ready(page, "/activities/calendar?span=day")
    page.locator(".entry", has_text="Call 1").hover()
    page.get_by_role("button", name="Preview: ").click()
    expect(page.locator(TITLE)).to_contain_text("Call 1")
    page.keyboard.press("ArrowDown")
    expect(page.locator(TITLE)).to_contain_text("Call 2")
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator(".entry-link", has_text="Call 2")).to_be_focused()
