"""The data model in a browser: rows dragged and moved by keys, values added, conditions built."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.records.custom.models import CustomField
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.layouts.operations import save_layout
from app.records.tailored import tailored
from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account

PLACE = "/settings/fields/accounts"


@pytest.fixture
def trees(acme: Workspace, alice: Person) -> list[str]:
    """Three fields of Acme's own, by their ids in their order."""
    with acme.acting(alice) as by:
        account = tailored("account", by)
        return [
            str(define_field(by, account, "text", Wish({"en": name})).id)
            for name in ("Ash", "Beech", "Cedar")
        ]


def labels(acme: Workspace) -> list[str]:
    with acme.scope() as session:
        rows = session.scalars(select(CustomField).order_by(CustomField.position))
        return [row.label["en"] for row in rows]


def expect_names(page: Page, *names: str) -> None:
    expect(page.locator("[data-row] b")).to_have_text(names)


@pytest.mark.usefixtures("trees")
def test_fields_are_put_in_order_by_drag_and_by_keyboard_and_kept_at_once(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    page = ready(windows.open(alice), PLACE)
    grips = page.locator("[data-grip]")
    grips.nth(2).drag_to(grips.nth(0), target_position={"x": 5, "y": 1})
    expect_names(page, "Cedar", "Ash", "Beech")
    page.locator("[data-row]").nth(0).get_by_role("button", name="Move down").focus()
    page.keyboard.press("Enter")
    expect_names(page, "Ash", "Cedar", "Beech")
    expect(page.locator("#order-voice")).to_have_text("Cedar: place 2 of 3")
    expect(page.get_by_role("button", name="Move down: Cedar")).to_be_focused()
    settled(page).reload()
    expect_names(page, "Ash", "Cedar", "Beech")
    assert labels(acme) == ["Ash", "Cedar", "Beech"]


@pytest.mark.usefixtures("trees")
def test_escape_puts_a_dragged_row_back(windows: Windows, acme: Workspace, alice: Person) -> None:
    page = ready(windows.open(alice), PLACE)
    grips = page.locator("[data-grip]")
    grips.nth(2).hover()
    page.mouse.down()
    grips.nth(0).hover(position={"x": 5, "y": 1})
    expect_names(page, "Cedar", "Ash", "Beech")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect_names(page, "Ash", "Beech", "Cedar")
    settled(page)
    assert labels(acme) == ["Ash", "Beech", "Cedar"]


@pytest.mark.parametrize("on_phone", [False, True])
def test_a_choice_is_made_with_values_and_a_condition(
    windows: Windows, acme: Workspace, alice: Person, on_phone: bool
) -> None:
    page = ready(windows.open(alice, on_phone=on_phone), f"{PLACE}/new")
    with arriving(page):
        page.get_by_role("link", name="Choice Segment").click()
    expect(page.locator("[id='label.en']")).to_be_focused()
    page.keyboard.type("Wood")
    rows = page.locator("#option-rows > [data-row]")
    rows.nth(0).locator("[lang=en]").fill("Oak")
    page.get_by_role("button", name="Add a value").click()
    expect(rows).to_have_count(4)
    page.keyboard.press("Tab")
    page.keyboard.type("Ash")
    rows.nth(3).get_by_role("button", name="Move up").click()
    rows.nth(1).locator("[data-remove]").click()
    expect(rows).to_have_count(3)
    page.locator("#conditions summary").click()
    page.get_by_role("group", name="Shown only when").get_by_role("button").click()
    page.get_by_label("Field", exact=True).select_option("lifecycle")
    page.get_by_label("How it compares").select_option("in")
    page.get_by_label("Customer", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-row] b")).to_have_text("Wood")
    with acme.scope() as session:
        row = session.scalars(select(CustomField)).one()
    assert sorted(one["value"] for one in row.options) == ["ash", "oak"]
    condition = {"field": "lifecycle", "op": "in", "value": ["customer"]}
    assert row.conditions == {"visible": [condition]}


@each_once
def test_axe_finds_nothing(
    windows: Windows, alice: Person, trees: list[str], variant: dict[str, Any]
) -> None:
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit("/settings/fields", PLACE, f"{PLACE}/new", f"{PLACE}/{trees[0]}")
    seen.visit(*(f"{PLACE}/new?kind={kind}" for kind in ("choice", "number", "reference", "flag")))
    assert not seen.found, seen.told()


def test_a_field_appears_is_asked_for_and_fixed_while_one_types(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    customer = [{"field": "lifecycle", "op": "in", "value": ["customer"]}]
    york = [{"field": "city", "op": "eq", "value": "York"}]
    many = [{"field": "x_trees", "op": "ne", "value": "1200"}, {"field": "x_trees", "op": "filled"}]
    with acme.acting(alice) as by:
        account = tailored("account", by)
        define_field(by, account, "number", Wish({"en": "Trees"}))
        conditions = {"visible": customer, "required": york, "readonly": many}
        define_field(
            by, tailored("account", by), "text", Wish({"en": "Wood"}, conditions=conditions)
        )
        record = make_account(by)
    page = ready(windows.open(alice), f"/accounts/{record.id}/edit")
    page.locator(".more summary").click()
    wood = page.get_by_label("Wood")
    expect(wood).to_be_hidden()
    page.get_by_label("Lifecycle").select_option("customer")
    expect(wood).to_be_visible()
    expect(wood).to_have_js_property("required", False)
    page.get_by_label("City").fill("York")
    expect(wood).to_have_js_property("required", True)
    page.get_by_label("Trees").fill("1,200.00")
    expect(wood).to_be_enabled()
    wood.fill("Oak")
    page.get_by_label("Trees").fill("1201")
    expect(wood).to_be_disabled()
    page.get_by_label("Trees").fill("")
    with arriving(page):
        page.get_by_role("button", name="Save").click()
    expect(page.locator("#field-x_wood")).to_contain_text("Oak")
    cell = page.locator("#field-lifecycle")
    cell.locator("[data-edit-open]").click()
    cell.locator("select").select_option("former")
    expect(page.locator("#field-x_wood")).to_have_count(0)


def test_a_field_is_dragged_and_moved_into_another_section(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    place = "/settings/layouts/accounts"
    page = ready(windows.open(alice), place)
    lists = page.locator("[data-order=layout]")
    first = lists.nth(0).locator("[data-row]")
    last = first.last.get_attribute("data-name")
    first.last.get_by_role("button", name="Move down").press("Enter")
    expect(lists.nth(1).locator("[data-row]").first).to_have_attribute("data-name", str(last))
    lists.nth(1).locator("[data-name=City] [data-grip]").drag_to(
        lists.nth(0).locator("[data-name=Name] [data-grip]"), target_position={"x": 5, "y": 1}
    )
    expect(first.first).to_have_attribute("data-name", "City")
    page.get_by_role("button", name="Add a section").click()
    expect(page.locator(".layout-section")).to_have_count(4)
    page.get_by_role("button", name="Save").last.click()
    page.wait_for_url("**/settings/layouts")
    form = ready(page, "/accounts/new")
    expect(form.locator(".form-grid input, .form-grid select").first).to_have_id("f-city")


@each_once
def test_axe_finds_nothing_in_layouts_and_picklists(
    windows: Windows, acme: Workspace, alice: Person, variant: dict[str, Any]
) -> None:
    sections = [{"heading": {"en": "Where"}, "fields": ["city", "name"], "is_more": False}]
    with acme.acting(alice) as by:
        save_layout(by, tailored("account", by), None, sections, [])
        record = make_account(by, city="York")
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit("/settings/layouts", "/settings/layouts/accounts", f"/accounts/{record.id}")
    seen.visit("/accounts/new", "/settings/picklists", "/settings/picklists/accounts/industry")
    assert not seen.found, seen.told()
