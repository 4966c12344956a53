"""Columns of a list in a real browser: chosen, moved by mouse and keys, widened by their edge."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, drawn, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def firm(acme: Workspace, alice: Person) -> None:
    """One firm, so that the list has a table."""
    with acme.acting(alice) as by:
        make_account(by, name="Birch Ltd", city="Leeds", phone="020 7946 0301")


def heads(page: Page) -> list[str]:
    return page.locator("#list thead th[data-col]").all_inner_texts()


def open_form(page: Page) -> None:
    more = page.get_by_role("button", name="Order, columns and groups")
    if more.is_visible():  # On a phone it rises from the foot.
        more.click()
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()


def test_columns_are_chosen_and_ordered_by_keyboard(page: Page, firm: None) -> None:
    ready(page, "/accounts?cols=city,phone")
    open_form(page)
    page.get_by_role("searchbox", name="Find a field").fill("web")
    expect(page.locator(".col-item:visible")).to_have_count(1)
    page.get_by_role("checkbox", name="Website").check()
    page.get_by_role("searchbox", name="Find a field").fill("")
    page.get_by_role("button", name="Move Phone up").press("Enter")
    expect(page.get_by_role("button", name="Move Phone up")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("cols=name%2Cphone%2Ccity%2Cwebsite"))
    expect(page.locator("#list thead th[data-col]")).to_have_text(
        ["Name", "Phone", "City", "Website"]
    )


def test_a_column_is_dragged_to_another_place(page: Page, firm: None) -> None:
    ready(page, "/accounts?cols=city,phone,email")
    open_form(page)
    items = page.locator(".col-item[data-row]")
    items.nth(2).locator("[data-grip]").hover()
    page.mouse.down()
    target = items.nth(0).bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Apply").last.click()
    expect(page).to_have_url(re.compile("cols=name%2Cemail%2Ccity%2Cphone"))


def test_usual_columns_fill_the_table_at_every_width(page: Page, firm: None) -> None:
    ready(page, "/accounts")
    for width in (1024, 1440, 1920):  # The narrower, the more columns are hidden.
        page.set_viewport_size({"width": width, "height": 900})
        drawn(page)
        wrap = page.locator(".table-wrap").bounding_box()
        last = page.locator("tbody .c-more").first.bounding_box()
        assert wrap is not None
        assert last is not None
        assert abs(wrap["x"] + wrap["width"] - last["x"] - last["width"]) <= 2


def test_usual_columns_are_widened_too(page: Page, firm: None) -> None:
    ready(page, "/accounts")
    shown = page.locator("#list thead th[data-col]:visible").all_inner_texts()
    assert len(shown) < len(heads(page))  # Some are hidden at this width, and stay so.
    grip = page.get_by_role("columnheader", name="Lifecycle").locator("[data-col-size]")
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 65, box["y"] + 8, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"cols=name%3A\d+%2Clifecycle%3A\d+"))
    expect(page.locator("#list thead th[data-col]")).to_have_text(shown)


def test_a_column_is_widened_by_its_edge_and_stays_so(page: Page, firm: None) -> None:
    ready(page, "/accounts?cols=city,phone")
    head = page.get_by_role("columnheader", name="City")
    before = head.bounding_box()
    grip = head.locator("[data-col-size]").bounding_box()
    assert before is not None
    assert grip is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] - 75, grip["y"] + 8, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"city%3A\d+"))
    settled(page).reload()
    found = re.search(r"city%3A(\d+)", page.url)
    assert found is not None
    assert int(found[1]) < before["width"]
    # The address carries it on, in another order too.
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"sort=name.*city%3A{found[1]}"))


def test_frozen_columns_stay_while_the_others_are_scrolled(page: Page, firm: None) -> None:
    ready(page, "/accounts?freeze=2&cols=name:240,city:120,phone:500,email:500,address:500")
    head = page.get_by_role("columnheader", name="City")
    before = head.bounding_box()
    page.locator(".table-wrap").evaluate("wrap => wrap.scrollTo(400, 0)")
    assert head.bounding_box() == before
    assert page.get_by_role("columnheader", name="Phone").bounding_box() != before
    cell = page.locator("tbody td[data-label='City']").bounding_box()
    assert cell is not None
    assert before is not None
    assert cell["x"] == before["x"]


def test_a_phone_chooses_columns_of_its_cards(windows: Windows, firm: None, alice: Person) -> None:
    page = ready(windows.open(alice, on_phone=True), "/accounts")
    open_form(page)
    assert overflow(page) == 0
    page.get_by_role("checkbox", name="Phone").check()
    page.get_by_role("button", name="Apply").last.click()
    expect(page).to_have_url(re.compile("cols="))
    expect(page.locator("tbody td[data-label='Phone']")).to_be_visible()
    assert overflow(page) == 0


@pytest.mark.parametrize(
    "asked",
    [
        "cols=name:240,city:160,phone:200",
        "freeze=2&cols=name:240,city:160,phone:200",
        "group=lifecycle&open=customer",
        "",
    ],
    ids=["chosen", "frozen", "grouped", "usual"],
)
def test_columns_begin_where_those_before_end_for_who_may_tick_nothing(
    windows: Windows, acme: Workspace, alice: Person, dora: Person, asked: str
) -> None:
    with acme.acting(alice) as by:
        make_account(by, name="Birch Ltd", city="Leeds", lifecycle="customer")
    page = ready(windows.open(dora), f"/accounts?{asked}")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    expect(page.locator("#list .c-check")).to_have_count(0)
    rows = page.locator("#list tr:has(> .c-name)").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.getBoundingClientRect())"
        ".filter(box => box.width).map(box => [box.left, box.right]))"
    )
    assert len(rows) == (4 if "group" in asked else 2)
    for cells in rows:
        assert len(cells) > 2
        for (_left, right), (left, _right) in pairwise(cells):
            assert abs(left - right) <= 1


def test_a_list_wider_than_its_page_says_that_more_stands_to_the_right(
    page: Page, firm: None
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    box = ready(page, "/accounts").locator(".table-wrap")
    expect(box).not_to_have_attribute("data-more", "")
    page.set_viewport_size({"width": 700, "height": 900})
    expect(box).to_have_attribute("data-more", "")
    box.evaluate("one => one.scrollTo({left: one.scrollWidth})")
    expect(box).not_to_have_attribute("data-more", "")
