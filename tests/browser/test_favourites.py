"""Favourites in a real browser: the star, the rail, their order, by pointer and by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.records.favourites.operations import add_favourite
from app.records.tailored import tailored
from tests.browser.test_accessibility import Findings, every_pair, looker
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account

__all__ = ["looker"]
RAIL = "#rail #favourites .nav-item"
NAMES = ("Alder & Co", "Birch Ltd", "Cedar Works")


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> list[str]:
    """The paths of three accounts, which Alice keeps at hand but for the last."""
    with acme.acting(alice) as by:
        made = [make_account(by, name).id for name in NAMES]
        for one in made[:2]:
            add_favourite(tailored("account", by), one, by)
    return [f"/accounts/{one}" for one in made]


def test_the_star_is_turned_where_it_stands_and_what_was_typed_stays(
    page: Page, firms: list[str]
) -> None:
    ready(page, firms[2])
    words = page.get_by_role("tabpanel").first.get_by_role("textbox").first
    words.fill("Half a thought")
    star = page.get_by_role("button", name="Favourite")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES))
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(page.locator(RAIL).last).to_have_attribute("aria-current", "page")
    expect(words).to_have_value("Half a thought")
    star.click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES[:2]))
    page.keyboard.press("Escape")
    star.blur()
    page.keyboard.press("s")
    expect(page.locator(RAIL)).to_have_text(list(NAMES))


def test_it_is_turned_beside_a_list_and_by_the_palette(page: Page, firms: list[str]) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="Cedar Works", exact=True).focus()
    page.keyboard.press("Space")
    star = page.locator("#peek").get_by_role("button", name="Favourite")
    star.click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES))
    expect(star).to_have_attribute("aria-pressed", "true")
    ready(page, firms[2])
    page.keyboard.press("/")
    page.locator(".palette-input").fill("favourites")
    page.get_by_role("option", name="Add to favourites, or take out").click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES[:2]))


@pytest.mark.parametrize("on_phone", [False, True], ids=["desk", "phone"])
def test_the_menu_of_a_row_turns_its_star(
    windows: Windows, alice: Person, firms: list[str], on_phone: bool
) -> None:
    page = ready(windows.open(alice, on_phone=on_phone), "/accounts?sort=name")
    add = page.get_by_role("menuitem", name="Add to favourites")
    let_go = page.get_by_role("menuitem", name="Take out of favourites")
    page.get_by_role("button", name="More actions for Alder & Co").click()
    expect(let_go).to_be_visible()
    expect(add).to_be_hidden()
    page.keyboard.press("Escape")
    more = page.get_by_role("button", name="More actions for Cedar Works")
    more.focus()
    page.keyboard.press("Enter")
    expect(let_go).to_be_hidden()
    page.keyboard.type("a")
    expect(add).to_be_focused()
    with arriving(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/accounts\?sort=name$"))
    expect(page.locator("#toasts")).to_contain_text("Added to your favourites.")
    expect(page.locator(RAIL)).to_have_text(list(NAMES))
    more.click()
    with arriving(page):
        let_go.click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES[:2]))


def test_the_menu_knows_of_a_star_that_was_turned_beside_the_list(
    page: Page, firms: list[str]
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="Cedar Works", exact=True).focus()
    page.keyboard.press("Space")
    page.locator("#peek").get_by_role("button", name="Favourite").click()
    expect(page.locator(RAIL)).to_have_text(list(NAMES))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More actions for Cedar Works").click()
    expect(page.get_by_role("menuitem", name="Take out of favourites")).to_be_visible()


def test_they_are_put_in_order_by_keys_and_let_go(page: Page, firms: list[str]) -> None:
    ready(page, "/accounts")
    page.get_by_role("link", name="Put favourites in order").click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("button", name="Move Birch Ltd up").focus()
    page.keyboard.press("Enter")
    expect(page.locator(RAIL)).to_have_text(["Birch Ltd", "Alder & Co"])
    expect(drawer.get_by_role("button", name="Move Birch Ltd up")).to_be_focused()
    drawer.get_by_role("button", name="Take Birch Ltd out of favourites").click()
    expect(page.locator(RAIL)).to_have_text(["Alder & Co"])
    drawer.get_by_role("button", name="Take Alder & Co out of favourites").click()
    expect(drawer).to_contain_text("No favourites yet")
    expect(page.locator(RAIL)).to_have_count(0)


def test_they_are_put_in_order_by_dragging(page: Page, firms: list[str]) -> None:
    ready(page, "/favourites")
    rows = page.locator("#main [data-row]")
    grip, target = rows.nth(1).locator(".grip"), rows.nth(0).bounding_box()
    assert target is not None
    grip.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 2, steps=6)
    page.mouse.up()
    expect(page.locator(RAIL)).to_have_text(["Birch Ltd", "Alder & Co"])
    ready(page, "/favourites")
    expect(rows.first).to_contain_text(re.compile("Birch Ltd"))


@every_pair
def test_they_are_accessible(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person, firms: list[str]
) -> None:
    seen = looker(alice, variant)
    seen.visit(firms[0], "/favourites")
    assert not seen.found, seen.told()
