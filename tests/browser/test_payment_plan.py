"""The payment plan of a contract as a sheet in a browser: presets, by keyboard, on a phone."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect

from app.sales.plan.kept import instalments_of
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.sales.test_contract_pages import contract_by

MISSED = "The instalments come to 900.00 GBP, and the contract to 1000.00 GBP."


def editor(page: Page, contract_id: UUID) -> Page:
    """The plan's editor, listening."""
    return ready(page, f"/contracts/{contract_id}/instalments")


def cell(page: Page, line: int, name: str) -> Any:
    """A cell of the sheet; lines count from one."""
    row = page.locator("tbody [data-row]").nth(line - 1)
    return row.locator(f":is(input, select)[aria-label^='{name}, ']")


def amounts(page: Page) -> Any:
    """What each line comes to, as the page tells it."""
    return page.locator("tbody [data-row] [data-net]")


def begin_with(page: Page, preset: str) -> None:
    """Press one of the presets, and wait for its lines."""
    with arriving(settled(page)):
        page.get_by_role("link", name=preset, exact=True).click()


def save(page: Page) -> None:
    with arriving(settled(page)):
        page.get_by_role("button", name="Save", exact=True).click()


def kept(acme: Workspace, who: Person, contract_id: UUID) -> list[tuple[str, Decimal, str]]:
    with acme.acting(who) as by:
        return [(one.name, one.amount, one.due_by) for one in instalments_of(contract_id, by)]


def test_thirty_sixty_ten_is_a_plan_after_two_presses(
    page: Page, acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice)
    editor(page, contract_id)
    begin_with(page, "30/60/10")
    expect(amounts(page)).to_have_text(["£300.00", "£600.00", "£100.00", ""])
    expect(cell(page, 2, "Share or amount")).to_have_value("60 %")
    expect(cell(page, 2, "Payable")).to_have_value("delivery")
    expect(page.locator("#lines-sums")).to_contain_text("£1,000.00")
    save(page)
    told = page.locator(".plan-table tbody tr")
    expect(told).to_have_count(3)
    expect(told.nth(1)).to_contain_text("£600.00")
    expect(told.nth(1)).to_contain_text("After the delivery")
    assert kept(acme, alice, contract_id) == [
        ("Instalment 1", Decimal(300), "signature"),
        ("Instalment 2", Decimal(600), "delivery"),
        ("Instalment 3", Decimal(100), "warranty_end"),
    ]


def test_equal_parts_are_due_month_by_month_and_the_last_takes_the_cent(
    page: Page, acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice, starts_on="2030-01-31")
    editor(page, contract_id)
    begin_with(page, "3 equal parts")
    expect(amounts(page)).to_have_text(["£333.33", "£333.33", "£333.34", ""])
    days = [cell(page, line, "Day").input_value() for line in (1, 2, 3)]
    assert days == ["2030-01-31", "2030-02-28", "2030-03-31"]
    begin_with(page, "2 equal parts")
    expect(amounts(page)).to_have_text(["£500.00", "£500.00", ""])
    save(page)
    assert [amount for _name, amount, _by in kept(acme, alice, contract_id)] == [500, 500]


def test_an_instalment_is_written_and_changed_by_keyboard_alone(
    page: Page, acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice, {"name": "All", "share": "100", "due_by": "signature"})
    editor(page, contract_id)
    share = cell(page, 1, "Share or amount")
    share.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("40 %")
    expect(amounts(page).first).to_have_text("£400.00")
    page.keyboard.press("Enter")
    expect(cell(page, 2, "Share or amount")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(cell(page, 2, "Instalment")).to_be_focused()
    page.keyboard.type("Rest")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(cell(page, 2, "Payable")).to_be_focused()
    page.keyboard.type("After the del")
    expect(cell(page, 2, "Payable")).to_have_value("delivery")
    page.keyboard.press("Tab")
    expect(cell(page, 2, "Days after it")).to_be_focused()
    page.keyboard.type("14")
    expect(amounts(page)).to_have_text(["£400.00", "£600.00", ""])
    page.keyboard.press("Alt+ArrowUp")
    expect(cell(page, 1, "Instalment")).to_have_value("Rest")
    expect(cell(page, 1, "Days after it")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(cell(page, 2, "Instalment")).to_have_value("Rest")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 3, "Day")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 2, "Days after it")).to_be_focused()
    settled(page)
    with arriving(page):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".plan-table tbody th")).to_have_text(["All", "Rest"])
    assert kept(acme, alice, contract_id) == [
        ("All", Decimal(400), "signature"),
        ("Rest", Decimal(600), "delivery"),
    ]


def test_a_plan_that_misses_the_contract_is_told_beside_its_sum_and_nothing_is_lost(
    page: Page, windows: Windows, acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice)
    editor(page, contract_id)
    begin_with(page, "50/50")
    cell(page, 1, "Instalment").fill("Down payment")
    cell(page, 1, "Share or amount").fill("500")
    cell(page, 2, "Share or amount").fill("400")
    sums = page.locator("#lines-sums")
    expect(sums).to_contain_text(MISSED)
    expect(sums).to_contain_text("£100.00")
    windows.watch.expect(422)
    save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(sums).to_contain_text(MISSED)
    expect(cell(page, 1, "Instalment")).to_have_value("Down payment")
    expect(cell(page, 2, "Share or amount")).to_have_value("400")
    assert kept(acme, alice, contract_id) == []
    cell(page, 2, "Share or amount").fill("500")
    expect(sums).not_to_contain_text("The instalments come to")
    save(page)
    assert [one[:2] for one in kept(acme, alice, contract_id)] == [
        ("Down payment", Decimal(500)),
        ("Instalment 2", Decimal(500)),
    ]


def test_what_does_not_fit_in_a_cell_is_told_there_while_one_types(
    page: Page, windows: Windows, acme: Workspace, alice: Person
) -> None:
    contract_id = contract_by(acme, alice)
    editor(page, contract_id)
    begin_with(page, "50/50")
    share = cell(page, 1, "Share or amount")
    share.fill("120 %")
    expect(share).to_have_attribute("aria-invalid", "true")
    expect(share).to_have_accessible_description("Enter a share of up to 100 percent.")
    windows.watch.expect(422)
    save(page)
    expect(share).to_have_value("120 %")
    expect(share).to_have_accessible_description("Enter a share of up to 100 percent.")
    expect(page.get_by_role("alert")).to_be_visible()
    share.fill("50 %")
    expect(share).not_to_have_attribute("aria-invalid", "true")
    expect(share).to_have_accessible_description("")


def test_a_plan_is_written_on_the_phone(windows: Windows, acme: Workspace, alice: Person) -> None:
    contract_id = contract_by(acme, alice)
    page = editor(windows.open(alice, on_phone=True), contract_id)
    assert overflow(page) == 0
    begin_with(page, "30/60/10")
    cell(page, 3, "Share or amount").fill("5 %")
    expect(amounts(page).nth(2)).to_have_text("£50.00")
    page.get_by_role("button", name="Add an instalment").click()
    cell(page, 4, "Instalment").fill("Last")
    cell(page, 4, "Payable").select_option("other")
    cell(page, 4, "Milestone").fill("Training done")
    expect(amounts(page).nth(3)).to_have_text("£50.00")
    assert overflow(page) == 0
    save(page)
    expect(page.locator(".plan-table tbody th")).to_have_text(
        [re.compile("1"), re.compile("2"), re.compile("3"), "Last"]
    )
    expect(page.locator(".plan-table")).to_contain_text("Training done")
    assert overflow(page) == 0
