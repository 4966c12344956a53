"""A payment over several invoices in a browser: proposed, changed, what stays over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.records.door import perform
from app.sales.models import Invoice, Payment
from tests.browser.visitor import Windows, arriving, look_up, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.test_invoices import issued

Owed = tuple[UUID, UUID, UUID]


@pytest.fixture
def owed(acme: Workspace, alice: Person) -> Owed:
    """An account, its older invoice of 70, overdue, and its younger of 80."""
    with acme.acting(alice) as by:
        account = make_account(by)
        young = issued(by, "80", ago=5, account=account)
        old = issued(by, "70", ago=50, account=account)
        return account.id, old.id, young.id


def part(page: Page, place: int) -> Any:
    """What counts for an invoice; they count from one."""
    return page.locator("input[name=part]").nth(place - 1)


def rest(page: Page) -> Any:
    return page.locator(".offers [role=status]")


def write(page: Page, box: Any, text: str) -> None:
    """Type into a box and leave it by Tab, then wait for what follows from it."""
    box.fill(text)
    box.press("Tab")
    settled(page)


def open_of(acme: Workspace, who: Person, *ids: UUID) -> list[int]:
    with acme.acting(who) as by:
        return [int(by.session.get_one(Invoice, one).open or 0) for one in ids]


def test_one_payment_is_counted_for_two_invoices_as_somebody_wants(
    page: Page, acme: Workspace, alice: Person, owed: Owed
) -> None:
    _account_id, old, young = owed
    ready(page, "/receivables")
    page.get_by_role("link", name="Record a payment").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("combobox").focus()
    look_up(page, "fence")
    page.locator(".lookup-list").get_by_role("option", name="Fence & Sons").click()
    with arriving(settled(page)):
        drawer.get_by_role("button", name="Continue").click()
    expect(part(page, 1)).to_have_value("70.00")
    expect(part(page, 2)).to_have_value("")
    write(page, page.get_by_role("textbox", name="Amount", exact=True), "100")
    expect(part(page, 2)).to_have_value("30.00")
    expect(rest(page)).to_have_text("All of it counts for these invoices.")
    write(page, part(page, 1), "20")
    expect(rest(page)).to_have_text("£50.00 stay the customer’s credit.")
    write(page, part(page, 2), "80")
    expect(part(page, 1)).to_have_value("20")
    expect(rest(page)).to_have_text("All of it counts for these invoices.")
    page.get_by_label("Bank’s reference").fill("FT-77")
    with arriving(settled(page)):
        page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("status").filter(has_text="Recorded: £100.00")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Fence & Sons")).to_be_visible()
    assert open_of(acme, alice, old, young) == [50, 0]
    with acme.acting(alice) as by:
        payment = by.session.scalars(select(Payment)).one()
        assert (payment.reference, payment.credit) == ("FT-77", 0)


def test_more_than_an_invoice_is_owed_is_told_beside_it_and_nothing_is_lost(
    page: Page, windows: Windows, acme: Workspace, alice: Person, owed: Owed
) -> None:
    account_id, old, young = owed
    ready(page, f"/payments/receive?account_id={account_id}")
    write(page, page.get_by_role("textbox", name="Amount", exact=True), "150")
    page.get_by_label("Bank’s reference").fill("FT-78")
    write(page, part(page, 1), "75")
    windows.watch.expect(422)
    page.get_by_role("button", name="Record the payment").click()
    expect(part(page, 1)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#part-0-error")).to_be_visible()
    expect(part(page, 1)).to_have_value("75")
    expect(page.get_by_label("Bank’s reference")).to_have_value("FT-78")
    assert open_of(acme, alice, old, young) == [70, 80]
    settled(page)
    write(page, part(page, 1), "70")
    with arriving(settled(page)):
        page.get_by_role("button", name="Record the payment").click()
    assert open_of(acme, alice, old, young) == [0, 0]


def test_what_stays_over_is_counted_later_on_the_phone(
    windows: Windows, acme: Workspace, alice: Person, owed: Owed
) -> None:
    account_id, old, young = owed
    with acme.acting(alice) as by:
        payment = perform("payment", "create", by=by, account_id=str(account_id), amount="120")
        payment_id = payment.id
    page = windows.open(alice, on_phone=True)
    ready(page, f"/payments/{payment_id}")
    assert overflow(page) == 0
    page.get_by_role("link", name="Count for invoices…").first.click()
    drawer = page.get_by_role("dialog")
    expect(part(page, 1)).to_have_value("70.00")
    expect(part(page, 2)).to_have_value("50.00")
    assert overflow(page) == 0
    part(page, 2).fill("40")
    with arriving(settled(page)):
        drawer.get_by_role("button", name="Count for invoices").click()
    expect(page.locator("#payment-parts-title").locator("..")).to_contain_text("£40.00")
    assert overflow(page) == 0
    assert open_of(acme, alice, old, young) == [0, 40]
