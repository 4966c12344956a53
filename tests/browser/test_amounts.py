"""Amounts with their currency: two controls that are one value, in the form and in place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.money.operations import add_rate
from app.records.tailored import tailored
from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account

KEY = "x_offer"
LIST = f"/accounts?cols={KEY},city"


@pytest.fixture
def place(acme: Workspace, alice: Person) -> str:
    """The page of a customer who was offered 100 dollars."""
    with acme.acting(alice) as by:
        add_rate(by, {"currency": "USD", "rate_on": "2025-01-01", "rate": "0.80"})
        define_field(by, tailored("account", by), "amount", Wish({"en": "Offer"}), key=KEY)
        return f"/accounts/{make_account(by, **{KEY: '100 USD'}).id}"


def test_tab_leads_from_the_amount_to_its_currency_and_then_on(page: Page, place: str) -> None:
    ready(page, LIST)
    cell = page.locator(f'td[data-edit="{KEY}"]')
    expect(cell).to_have_text("$100.00")
    cell.dblclick()
    amount, currency = cell.get_by_role("textbox"), cell.get_by_role("combobox")
    expect(amount).to_be_focused()
    amount.fill("60")
    page.keyboard.press("Tab")
    expect(currency).to_be_focused()
    currency.select_option("GBP")
    expect(currency).to_be_visible()  # Choosing a currency is half of a value and sends nothing.
    page.keyboard.press("Tab")
    expect(cell).to_have_text("£60.00")
    expect(page.get_by_role("textbox", name="City")).to_be_focused()


def test_the_form_takes_both_on_a_phone(windows: Windows, alice: Person, place: str) -> None:
    page = windows.open(alice, on_phone=True)
    ready(page, f"{place}/edit")
    amount = page.get_by_label("Offer", exact=True)
    if not amount.is_visible():
        page.get_by_text("More fields").click()
    expect(amount).to_have_value("100.00")
    amount.fill("250")
    page.get_by_label("Offer: currency").select_option("GBP")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("£250.00").first).to_be_visible()
