"""Lists: searching while typing, order, pages, rows, and all of it by keyboard."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from app.crm.models import Contact
from app.records.door import perform
from app.records.many import perform_many
from tests.browser.visitor import Windows, arriving, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

NAMES = ("Birch Ltd", "Cedar Works", "Alder & Co")


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> tuple[str, ...]:
    """Three firms."""
    with acme.acting(alice) as by:
        for name in NAMES:
            make_account(by, name=name)
    return NAMES


def mark(page: Page) -> None:
    """Leave a mark that is gone as soon as the page is loaded anew."""
    page.evaluate("() => { window.untouched = true; }")


def is_untouched(page: Page) -> bool:
    return bool(page.evaluate("() => window.untouched === true"))


def test_typing_narrows_the_list_in_place_and_the_address_carries_it(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts")
    mark(page)
    page.get_by_role("searchbox").press_sequentially("cedar")
    expect(page.locator("#list .who-name")).to_have_text(["Cedar Works"])
    expect(page).to_have_url(re.compile(r"/accounts\?.*q=cedar"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert is_untouched(page)
    settled(page).reload()
    expect(page.get_by_role("searchbox")).to_have_value("cedar")
    expect(page.locator("#list .who-name")).to_have_text(["Cedar Works"])


def test_a_choice_of_the_sort_menu_keeps_the_words_and_the_view(
    page: Page, firms: tuple[str, ...], acme: Workspace, alice: Person
) -> None:
    ready(page, "/accounts?lifecycle=prospect")
    page.get_by_role("searchbox").press_sequentially("r")
    expect(page.locator("#list .who-name")).to_have_count(3)
    page.get_by_role("searchbox").press_sequentially("ch")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    page.get_by_role("button", name="Sort").click()
    with arriving(page):
        page.get_by_role("menuitem", name="Name").first.click()
    expect(page).to_have_url(re.compile(r"sort=-?name"))
    expect(page).to_have_url(re.compile(r"q=rch"))
    expect(page).to_have_url(re.compile(r"lifecycle=prospect"))
    expect(page.get_by_role("searchbox")).to_have_value("rch")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    page.get_by_role("searchbox").fill("")
    expect(page.locator("#list .who-name")).to_have_count(3)
    page.get_by_role("button", name="Sort").click()
    page.get_by_role("menuitem", name="Name").first.click()
    expect(page).not_to_have_url(re.compile(r"q="))
    expect(page.locator("#list .who-name")).to_have_count(3)


def test_words_that_fit_nothing_are_told_and_taken_back(page: Page, firms: tuple[str, ...]) -> None:
    ready(page, "/accounts")
    page.get_by_role("searchbox").fill("zebra")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Clear search and filters").click()
    expect(page.locator("#list .who-name")).to_have_count(3)


def test_a_press_on_a_column_sorts_by_it_and_a_second_turns_it(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts")
    mark(page)
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#list .who-name")).to_have_text(sorted(NAMES))
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.locator("#list .who-name")).to_have_text(sorted(NAMES, reverse=True))
    expect(page).to_have_url(re.compile(r"sort=-name"))
    assert is_untouched(page)


def test_a_search_keeps_the_order_and_the_browser_goes_back_through_both(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.locator("#list .who-name")).to_have_text(sorted(NAMES))
    page.get_by_role("searchbox").fill("r")
    expect(page).to_have_url(re.compile(r"q=r"))
    expect(page).to_have_url(re.compile(r"sort=name"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/accounts$"))
    expect(page.locator("#list .who-name")).to_have_count(3)


def test_pages_go_on_and_back(page: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        perform_many("account", "create", ({"name": f"Firm {n:03}"} for n in range(60)), by=by)
    ready(page, "/accounts?sort=name")
    mark(page)
    pager = page.get_by_role("navigation", name="Pages of the list")
    expect(pager).to_contain_text("1–50 of 60")
    pager.get_by_role("link", name="Next").click()
    expect(pager).to_contain_text("51–60 of 60")
    expect(page.locator("#list .who-name")).to_have_text([f"Firm {n:03}" for n in range(50, 60)])
    pager.get_by_role("link", name="Previous").click()
    expect(pager).to_contain_text("1–50 of 60")
    expect(page.locator("#list .who-name").first).to_have_text("Firm 000")
    assert is_untouched(page)
    page.go_back()
    expect(pager).to_contain_text("51–60 of 60")


def test_the_number_of_a_search_follows_its_rows(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        perform_many("account", "create", ({"name": f"Firm {n:03}"} for n in range(60)), by=by)
        perform_many("account", "create", ({"name": f"Shop {n:03}"} for n in range(55)), by=by)
    ready(page, "/accounts?sort=name")
    expect(page.locator("#list-total")).to_have_text("115 accounts")
    page.get_by_role("searchbox").fill("firm")
    expect(page.locator("#list-total")).to_have_text("60 of 115 accounts")
    expect(page.get_by_role("navigation", name="Pages of the list")).to_contain_text("1–50 of 60")
    page.get_by_role("searchbox").fill("shop")
    expect(page.locator("#list-total")).to_have_text("55 of 115 accounts")
    page.get_by_role("searchbox").fill("shop 001")
    expect(page.locator("#list-total")).to_have_text("1 of 115 accounts")


def test_a_press_anywhere_on_a_row_opens_the_record_and_its_neighbours_follow(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("row", name="Birch Ltd").locator(".c-name").click(position={"x": 4, "y": 4})
    expect(page.locator("#main h1")).to_contain_text("Birch Ltd")
    page.get_by_role("link", name="Next in the list").click()
    expect(page.locator("#main h1")).to_contain_text("Cedar Works")
    page.get_by_role("link", name="Previous in the list").click()
    expect(page.locator("#main h1")).to_contain_text("Birch Ltd")


def test_rows_are_walked_ticked_and_opened_by_keyboard(page: Page, firms: tuple[str, ...]) -> None:
    ready(page, "/accounts?sort=name")
    for key in ("j", "j", "j", "k", "x"):
        page.keyboard.press(key)
    expect(page.locator("tr.is-at .who-name")).to_have_text("Birch Ltd")
    expect(page.get_by_role("checkbox", name="Select Birch Ltd")).to_be_checked()
    expect(page.locator("[data-bulkbar]")).to_contain_text("1 selected")
    page.keyboard.press("x")
    expect(page.locator("[data-bulkbar]")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_contain_text("Birch Ltd")


def test_a_name_is_found_by_its_characters_its_pinyin_and_its_initials(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, last_name="王", first_name="小明")
        make_contact(by, last_name="陈", first_name="思远")
    ready(page, "/contacts")
    for typed in ("xiaoming", "wangxiaoming", "wxm", "小明"):
        page.get_by_role("searchbox").fill(typed)
        expect(page).to_have_url(re.compile(f"q={quote(typed)}"))
        expect(page.locator("#list .who-name")).to_have_text(["王小明"])


def test_a_cell_is_edited_by_two_clicks_and_tab_goes_to_the_next(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by)
    page.set_viewport_size({"width": 1680, "height": 900})  # Narrower, English hides the title.
    ready(page, "/contacts?sort=name")
    mark(page)
    title = page.locator("td[data-edit='title']")
    title.dblclick()
    expect(title.get_by_role("textbox")).to_be_focused()
    title.get_by_role("textbox").fill("Head of fences")
    page.keyboard.press("Tab")
    phone = page.get_by_role("row", name="Frank Fence").get_by_role("textbox", name="Phone")
    expect(phone).to_be_focused()
    expect(title).to_have_text("Head of fences")
    assert is_untouched(page)
    settled(page).reload()
    expect(title).to_have_text("Head of fences")


def test_f2_edits_the_row_at_hand_and_tab_and_arrows_go_on_until_esc(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, last_name="Ash", first_name="Anna")
        make_contact(by, last_name="Birch", first_name="Ben")
    page.set_viewport_size({"width": 1680, "height": 900})
    ready(page, "/contacts?sort=name")
    anna, ben = page.get_by_role("row", name="Anna Ash"), page.get_by_role("row", name="Ben Birch")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    expect(anna.locator("td[data-edit] .edit-form")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(anna.get_by_role("textbox", name="Job title")).to_be_focused()
    page.keyboard.type("Head of fences")
    page.keyboard.press("ArrowDown")
    title = ben.get_by_role("textbox", name="Job title")
    expect(title).to_be_focused()
    expect(anna.locator("td[data-edit='title']")).to_have_text("Head of fences")
    page.keyboard.type("Nobody")
    page.keyboard.press("Escape")
    expect(page.locator("#list .edit-form")).to_have_count(0)
    expect(ben.locator("td[data-edit='title']")).to_have_text("—")
    expect(ben.locator("td[data-edit='title']")).to_be_focused()


def test_f2_finds_the_row_under_the_pointer_and_the_ticked_one(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("row", name="Cedar Works").hover()
    page.keyboard.press("F2")
    form = page.get_by_role("row", name="Cedar Works").locator(".edit-form")
    expect(form).to_have_count(1)
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.get_by_role("checkbox", name="Select Birch Ltd").check()
    page.get_by_role("heading", level=1).hover()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("F2")
    expect(page.get_by_role("row", name="Birch Ltd").locator(".edit-form")).to_have_count(1)


def test_ticked_rows_are_deleted_together_and_brought_back(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("checkbox", name="Select Alder & Co").check()
    page.get_by_role("checkbox", name="Select Cedar Works").check()
    page.locator("[data-bulkbar]").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2 accounts").click()
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.locator("#list .who-name")).to_have_text(sorted(NAMES))


def test_a_viewer_is_offered_nothing_to_change(
    windows: Windows, acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, name="Birch Ltd")
    page = ready(windows.open(dora), "/accounts")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    expect(page.get_by_role("link", name="New account")).to_have_count(0)
    expect(page.get_by_role("button", name="Create")).to_have_count(0)
    expect(page.locator("[data-edit], .c-check, [data-bulkbar]")).to_have_count(0)
    ready(page, f"/accounts/{account.id}")
    expect(page.locator("[data-edit], [data-tabs]")).to_have_count(0)


def test_the_part_that_needs_attention_is_one_press_away(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        late, _calm = make_account(by, name="Late Ltd"), make_account(by, name="Calm Ltd")
        due = {"kind": "task", "subject": "Call them", "due_at": "2020-01-01T09:00:00+00:00"}
        perform("activity", "create", by=by, account_id=late.id, **due)
    ready(page, "/accounts")
    page.get_by_role("link", name="1 needs attention").click()
    expect(page.locator("#list .who-name")).to_have_text(["Late Ltd"])


def test_the_numbers_over_a_list_follow_a_deletion_and_its_undoing(
    page: Page, firms: tuple[str, ...]
) -> None:
    ready(page, "/accounts")
    page.get_by_role("row", name="Cedar Works").get_by_role("checkbox").check()
    page.locator("[data-bulkbar]").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 account").click()
    expect(page.locator("#list-top .sub")).to_have_text("2 accounts")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#list-top .sub")).to_have_text("3 accounts")
    expect(page.locator("#list .who-name")).to_have_count(3)


def test_a_reference_is_emptied_where_it_stands(acme: Workspace, alice: Person, page: Page) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Birch Ltd")
        contact = make_contact(by, account_id=str(firm.id))
        contact_id = contact.id
    ready(page, f"/contacts/{contact_id}")
    field = page.locator("#field-account_id")
    expect(field).to_contain_text("Birch Ltd")
    field.hover()
    field.get_by_role("button", name="Edit: Account").click()
    field.get_by_role("button", name="Clear").click()
    expect(field.locator(".none")).to_have_text("—")
    with acme.acting(alice) as by:
        assert by.session.get_one(Contact, contact_id).account_id is None


def test_the_bulk_bar_tells_how_many_are_ticked_in_both_languages(
    acme: Workspace, alice: Person, page: Page
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Birch Ltd")
    ready(page, "/accounts")
    for lang, told in (("en", "1 selected"), ("zh-CN", "已选 1 项")):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": page.url}])
        ready(page, "/accounts")
        page.locator("tbody .c-check input").first.check()
        expect(page.locator("[data-bulkbar] strong")).to_have_text(told)
