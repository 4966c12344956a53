"""The rights of a role, set by cell, row and column, with keys and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.identity.operations.roles import role_by_key
from app.identity.rights import read_rights
from app.kernel.actor import Reach
from tests.browser.visitor import ready
from tests.cast import Person, Workspace


@pytest.fixture
def place(acme: Workspace, alice: Person) -> str:
    """The page of the viewers' role."""
    with acme.scope() as session:
        return f"/settings/roles/{role_by_key(session, 'viewer').id}"


def test_a_whole_row_and_a_whole_column_are_set_at_once(
    page: Page, acme: Workspace, place: str
) -> None:
    ready(page, place)
    page.get_by_label("Set all rights on Contacts").select_option("Team")
    page.get_by_label("Set Delete of all record types").select_option("Own")
    expect(page.get_by_label("Contacts · Change")).to_have_value("2")
    expect(page.get_by_label("Contacts · Delete")).to_have_value("1")
    expect(page.get_by_label("Accounts · Delete")).to_have_value("1")
    expect(page.get_by_label("Accounts · Change")).to_have_value("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    with acme.scope() as session:
        rights = read_rights(session, role_by_key(session, "viewer"))
    assert rights.reach("contact", "update") is Reach.TEAM
    assert rights.reach("product", "delete") is Reach.OWN
    assert rights.reach("account", "update") is None


def test_ctrl_and_an_arrow_walk_from_cell_to_cell(page: Page, place: str) -> None:
    ready(page, place)
    page.get_by_label("Accounts · See", exact=True).focus()
    page.keyboard.press("Control+ArrowRight")
    expect(page.get_by_label("Accounts · Create")).to_be_focused()
    page.keyboard.press("Control+ArrowDown")
    expect(page.get_by_label("Contacts · Create")).to_be_focused()
    page.keyboard.press("Control+ArrowLeft")
    page.keyboard.press("Control+ArrowLeft")
    expect(page.get_by_label("Set all rights on Contacts")).to_be_focused()


def test_on_a_phone_each_type_is_a_card(page: Page, place: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page, place)
    first, second = page.locator(".matrix tbody tr").all()[:2]
    expect(first.get_by_text("Change", exact=True)).to_be_visible()
    above, below = first.bounding_box(), second.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
