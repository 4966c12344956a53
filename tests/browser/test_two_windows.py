"""Two people at the same record: nobody overwrites what they have not seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def both(
    page: Page, windows: Windows, acme: Workspace, alice: Person, bob: Person
) -> tuple[Page, Page]:
    """Alice and Bob, each with Bob's account before them."""
    with acme.acting(bob) as by:
        account = make_account(by, city="York")
    windows.watch.expect(409)
    address = f"/accounts/{account.id}"
    return ready(page, address), ready(windows.open(bob), address)


def edit(page: Page, label: str, value: str) -> None:
    """Open the edit form and type, without saving."""
    page.keyboard.press("e")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("More fields")).to_be_visible()
    if not drawer.get_by_label(label, exact=True).is_visible():
        drawer.get_by_text("More fields").click()
    drawer.get_by_label(label, exact=True).fill(value)


def save(page: Page) -> None:
    page.locator("#drawer").get_by_role("button", name="Save", exact=True).click()


def test_the_second_sees_whose_change_stands_where_and_decides(both: tuple[Page, Page]) -> None:
    alice, bob = both
    edit(alice, "City", "Leeds")
    edit(bob, "City", "Hull")
    save(alice)
    expect(alice.locator("#drawer")).to_be_hidden()
    save(bob)
    drawer = bob.locator("#drawer")
    expect(drawer.get_by_label("City")).to_have_value("Hull")
    expect(drawer.locator(".is-theirs")).to_contain_text("Alice Archer")
    expect(drawer.locator(".is-theirs")).to_contain_text("Leeds")
    save(bob)
    expect(bob.locator("#field-city .value")).to_have_text("Hull")


def test_changes_of_different_fields_both_stand(both: tuple[Page, Page]) -> None:
    alice, bob = both
    edit(alice, "Phone", "020 7946 0999")
    edit(bob, "City", "Hull")
    save(alice)
    expect(alice.locator("#drawer")).to_be_hidden()
    save(bob)
    told = bob.locator("#drawer").get_by_role("alert")
    expect(told).to_contain_text("Somebody changed this record while you were editing it.")
    save(bob)
    expect(bob.locator("#field-city .value")).to_have_text("Hull")
    expect(bob.locator("#field-phone .value")).to_have_text("020 7946 0999")


def test_a_field_edited_where_it_stands_tells_of_the_other_change(
    both: tuple[Page, Page],
) -> None:
    alice, bob = both
    for page, city in ((bob, "Hull"), (alice, "Leeds")):
        page.locator("#field-city").hover()
        page.locator("#field-city").get_by_role("button").click()
        page.locator("#field-city").get_by_role("textbox").fill(city)
    alice.keyboard.press("Enter")
    expect(alice.locator("#field-city .value")).to_have_text("Leeds")
    bob.keyboard.press("Enter")
    cell = bob.locator("#field-city")
    expect(cell).to_contain_text("Alice Archer")
    expect(cell).to_contain_text("Leeds")
    expect(cell.get_by_role("textbox")).to_have_value("Hull")
    cell.get_by_role("button", name="Save").click()
    expect(cell.locator(".value")).to_have_text("Hull")
