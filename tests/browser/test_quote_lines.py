"""The lines of a quote as a sheet in a browser: by keyboard, pasted, on a phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from tests.browser.test_quotes import state_of, written
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_product

PASTE = """(box, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    const told = { clipboardData: data, bubbles: true, cancelable: true };
    box.dispatchEvent(new ClipboardEvent('paste', told));
}"""

LEFT = """(box, text) => {
    box.value = text;
    box.dispatchEvent(new Event('change', { bubbles: true }));
}"""


def cell(page: Page, line: int, name: str) -> Any:
    """A cell of the sheet; lines count from one."""
    row = page.locator("tbody [data-row]").nth(line - 1)
    return row.locator(f"input[aria-label^='{name}, ']")


def test_lines_are_written_by_keyboard_alone(page: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="100", tax_rate="20", number="D-1")
    quote_id = written(acme, alice)
    ready(page, f"/quotes/{quote_id}/lines")
    rows = page.locator("tbody [data-row]")
    expect(rows).to_have_count(2)
    cell(page, 1, "Quantity").focus()
    page.keyboard.press("Enter")
    expect(cell(page, 2, "Quantity")).to_be_focused()
    cell(page, 2, "Product").focus()
    page.keyboard.type("drill")
    offered = page.locator(".lookup-list").get_by_role("option")
    expect(offered).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 2, "Unit price")).to_have_value("100")
    expect(cell(page, 2, "Text")).to_have_value("Hammer drill")
    expect(rows).to_have_count(3)
    cell(page, 2, "Quantity").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    expect(rows.nth(1).locator("[data-net]")).to_have_text("£300.00")
    page.keyboard.press("Alt+ArrowUp")
    expect(cell(page, 1, "Text")).to_have_value("Hammer drill")
    expect(cell(page, 1, "Quantity")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, 2, "Quantity")).to_be_focused()
    expect(page.locator("#lines-sums")).to_contain_text("£510.00")
    settled(page)
    with arriving(page):
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".quote-table tbody th")).to_have_text(["Hammer drill", "Green fence"])
    assert state_of(acme, alice, quote_id).total == 510


def test_rows_of_a_sheet_are_pasted_and_numbers_become_products(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="100", tax_rate="20", number="D-1")
        make_product(by, "Drill bits", list_price="7", number="D-10")
    quote_id = written(acme, alice)
    ready(page, f"/quotes/{quote_id}/lines")
    table = "D-1\t2\nFreight\t1\tpcs\t12.50\nD-10\t4\t\t\t50%\t20%\r\n"
    box = cell(page, 2, "Text")
    box.focus()
    box.evaluate(PASTE, table)
    expect(cell(page, 2, "Text")).to_have_value("Hammer drill")
    expect(cell(page, 3, "Unit")).to_have_value("pcs")
    expect(cell(page, 4, "Product")).to_have_value("Drill bits")
    rows = page.locator("tbody [data-row]")
    nets = rows.locator("[data-net]")
    expect(nets).to_have_text(["£125.00", "£200.00", "£12.50", "£14.00", ""])
    settled(page)
    with arriving(page):
        page.get_by_role("button", name="Save", exact=True).click()
    with acme.acting(alice) as by:
        lines = standing_lines(by.session.get_one(Quote, quote_id), by)
        assert [one.name for one in lines] == [
            "Green fence",
            "Hammer drill",
            "Freight",
            "Drill bits",
        ]


def test_a_number_that_is_still_typed_is_no_product_yet(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="100", number="D-1")
        make_product(by, "Drill bits", list_price="7", number="D-10")
    ready(page, f"/quotes/{written(acme, alice)}/lines")
    cell(page, 2, "Text").focus()
    page.keyboard.type("D-1")
    expect(cell(page, 2, "Unit price")).to_have_value("100")
    expect(cell(page, 2, "Text")).to_have_value("D-1")
    page.keyboard.type("0")
    expect(cell(page, 2, "Unit price")).to_have_value("7")
    page.keyboard.press("Tab")
    expect(cell(page, 2, "Text")).to_have_value("Drill bits")
    expect(cell(page, 2, "Product")).to_have_value("Drill bits")


def test_what_does_not_fit_is_told_at_its_cell_and_stays_typed(
    page: Page, windows: Windows, acme: Workspace, alice: Person
) -> None:
    ready(page, f"/quotes/{written(acme, alice)}/lines")
    box = cell(page, 1, "Quantity")
    box.fill("many")
    expect(page.locator("tbody [data-row]").first).to_contain_text("This must be a number.")
    expect(box).to_have_attribute("aria-invalid", "true")
    settled(page)
    windows.watch.expect(422)
    with arriving(page):
        page.get_by_role("button", name="Save", exact=True).click()
    expect(cell(page, 1, "Quantity")).to_have_value("many")


def test_lines_are_written_on_the_phone(windows: Windows, acme: Workspace, alice: Person) -> None:
    quote_id = written(acme, alice)
    page = windows.open(alice, on_phone=True)
    ready(page, f"/quotes/{quote_id}/lines")
    assert overflow(page) == 0
    cell(page, 1, "Quantity").fill("20")
    expect(page.locator("#lines-sums")).to_contain_text("£300.00")
    page.get_by_role("button", name="Add a line").click()
    cell(page, 2, "Text").fill("Freight")
    cell(page, 2, "Unit price").fill("9.99")
    expect(page.locator("#lines-sums")).to_contain_text("£309.99")
    assert overflow(page) == 0
    settled(page)
    with arriving(page):
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".quote-panel")).to_contain_text("£309.99")
    assert overflow(page) == 0


def test_another_product_on_a_line_that_was_saved_brings_its_own_words_and_price(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100", tax_rate="20")
        make_product(by, "Drill bits", list_price="7", tax_rate="5")
        drill_id = str(drill.id)
    quote_id = written(acme, alice, {"product_id": drill_id, "quantity": "2"})
    ready(page, f"/quotes/{quote_id}/lines")
    expect(cell(page, 1, "Unit price")).to_have_value("100")
    cell(page, 1, "Product").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("bits")
    offered = page.locator(".lookup-list").get_by_role("option", name="Drill bits")
    expect(offered).to_have_count(1)
    offered.click()
    expect(cell(page, 1, "Unit price")).to_have_value("7")
    expect(cell(page, 1, "Text")).to_have_value("Drill bits")
    expect(cell(page, 1, "Tax rate")).to_have_value("5")
    expect(cell(page, 1, "Quantity")).to_have_value("2")


def test_an_answer_that_comes_late_leaves_what_was_typed_meanwhile(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="100", number="D-1")
    ready(page, f"/quotes/{written(acme, alice)}/lines")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/reckon", hold)
    with page.expect_request("**/reckon"):
        cell(page, 2, "Text").evaluate(LEFT, "D-1")
    price = cell(page, 2, "Unit price")
    price.evaluate("box => { box.value = '80'; }")  # What asks anew waits for its pause.
    while not held:
        page.wait_for_timeout(20)
    (late,) = held
    late.continue_()
    expect(cell(page, 2, "Product")).to_have_value("Hammer drill")
    expect(price).to_have_value("80")


def test_enter_waits_for_a_product_that_is_still_looked_up(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="100", number="D-1")
    ready(page, f"/quotes/{written(acme, alice)}/lines")
    box = cell(page, 2, "Product")
    box.focus()
    page.keyboard.type("drill")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("drill")
    offered = page.locator(".lookup-list").get_by_role("option")
    expect(offered).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 2, "Unit price")).to_have_value("100")
