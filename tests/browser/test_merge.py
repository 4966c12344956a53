"""Merging in a real browser: two ticked rows become one, and two again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

TWO = ["Ash Limited", "Ash Ltd"]


@pytest.fixture
def twins(acme: Workspace, alice: Person) -> list[str]:
    """The ids of two firms that are one, each with somebody who works there."""
    with acme.acting(alice) as by:
        first = make_account(by, TWO[0], city="Leeds", email="post@ash.example")
        second = make_account(by, TWO[1], city="York", phone="020 7946 0018")
        make_contact(by, "Fence", "Frank", account_id=first.id)
        make_contact(by, "Gate", "Grace", account_id=second.id)
        return [str(first.id), str(second.id)]


def test_another_record_to_stay_brings_its_values_but_for_those_that_somebody_chose(
    page: Page, twins: list[str]
) -> None:
    ready(page, f"/accounts/merge?ids={','.join(twins)}")
    page.get_by_label("Keep Ash Limited", exact=True).check()
    expect(page.get_by_label("City of Ash Limited: Leeds")).to_be_checked()
    page.get_by_label("Name of Ash Ltd: Ash Ltd").check()
    page.get_by_label("Keep Ash Ltd", exact=True).check()
    expect(page.get_by_label("City of Ash Ltd: York")).to_be_checked()
    page.get_by_label("Keep Ash Limited", exact=True).check()
    expect(page.get_by_label("City of Ash Limited: Leeds")).to_be_checked()
    expect(page.get_by_label("Name of Ash Ltd: Ash Ltd")).to_be_checked()


@pytest.mark.usefixtures("twins")
def test_two_ticked_rows_become_one_with_the_chosen_values_and_two_again(page: Page) -> None:
    ready(page, "/accounts?sort=name")
    for name in TWO:
        page.get_by_label(f"Select {name}", exact=True).check()
    with arriving(page):
        page.locator("[data-bulkbar]").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Merge into one record")).to_be_visible()
    page.get_by_label("Keep Ash Ltd", exact=True).check()
    # What stays brings its values, and what it lacks the other has.
    expect(page.get_by_label("City of Ash Ltd: York")).to_be_checked()
    expect(page.get_by_label("E-mail of Ash Limited: post@ash.example")).to_be_checked()
    page.get_by_label("City of Ash Limited: Leeds").check()
    with arriving(page):
        page.get_by_role("button", name="Merge 2 records").click()
    expect(page.get_by_text("1 record was merged into “Ash Ltd”.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ash Ltd")
    expect(page.locator("#field-city")).to_contain_text("Leeds")
    expect(page.locator("#field-email")).to_contain_text("post@ash.example")
    expect(page.locator("#field-phone")).to_contain_text("020 7946 0018")
    for who in ("Frank Fence", "Grace Gate"):
        expect(page.locator("main").get_by_role("link", name=who)).to_be_visible()
    with arriving(page):
        page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The merge was undone: 1 record is back.")).to_be_visible()
    expect(page.locator("#field-city")).to_contain_text("York")
    expect(page.locator("main").get_by_role("link", name="Frank Fence")).to_have_count(0)
    ready(page, "/accounts?sort=name")
    expect(page.locator("#list .who-name")).to_have_text(TWO)


def test_the_address_of_what_was_merged_leads_to_what_stayed(page: Page, twins: list[str]) -> None:
    ready(page, f"/accounts/merge?ids={','.join(twins)}")
    page.get_by_label("Keep Ash Ltd", exact=True).check()
    with arriving(page):
        page.get_by_role("button", name="Merge 2 records").click()
    ready(page, f"/accounts/{twins[0]}")
    expect(page).to_have_url(f"/accounts/{twins[1]}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ash Ltd")


@each_once
def test_the_pages_of_merging_are_open_to_all(
    windows: Windows, variant: dict[str, Any], alice: Person, twins: list[str]
) -> None:
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit("/accounts/merge", f"/accounts/merge?ids={','.join(twins)}")
    page = ready(seen.page, "/accounts/new")
    page.locator("#record-form [name=name]").press_sequentially("Ash")
    expect(page.locator(".suspects li").first).to_be_visible()
    seen.look("/accounts/new, with what may be the same")
    assert not seen.found, seen.told()
