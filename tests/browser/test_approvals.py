"""Approvals in the browser: asked where somebody works, decided in one tap or by key."""

from __future__ import annotations

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.automation.approvals.facts import Level
from app.automation.approvals.rules import create_rule
from app.automation.approvals.wishes import Wish
from tests.browser.test_accessibility import RULES
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person
from tests.factories import make_account


@pytest.fixture
def firms(alice: Person, bob: Person) -> list[UUID]:
    """Two firms of Bob's, which nobody deletes without Alice."""
    with bob.workspace.acting(bob) as by:
        ids = [make_account(by, name=name).id for name in ("Fence & Sons", "北风贸易有限公司")]
    with alice.workspace.acting(alice) as by:
        level = Level("people", user_ids=(alice.user_id,))
        create_rule(by, "account", Wish("Deleting customers", ["delete"], [level]))
    return ids


def ask(windows: Windows, bob: Person, firms: list[UUID]) -> None:
    """Let Bob ask to delete each of the firms, as he does it."""
    page = windows.open(bob)
    for one in firms:
        ready(page, f"/accounts/{one}")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("This waits for the approval of Alice Archer.")).to_be_visible()
        ready(page, f"/accounts/{one}")
        expect(page.get_by_text("It waits for Alice Archer.")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_one_tap_on_the_phone_approves(
    windows: Windows, alice: Person, bob: Person, firms: list[UUID], lang: str
) -> None:
    ask(windows, bob, firms)
    page = windows.open(alice, lang=lang, on_phone=True)
    ready(page, "/approvals")
    cards = page.locator("[data-approval]")
    expect(cards).to_have_count(2)
    assert overflow(page) == 0
    assert Axe().run(settled(page), options=RULES).response["violations"] == []
    cards.first.locator("[data-approve]").click()
    expect(cards).to_have_count(1)
    ready(page, f"/accounts/{firms[1]}")
    expect(page.get_by_role("heading", name="北风贸易有限公司")).to_be_visible()


def test_keys_walk_approve_and_ask_why(
    windows: Windows, alice: Person, bob: Person, firms: list[UUID]
) -> None:
    ask(windows, bob, firms)
    page = windows.open(alice)
    ready(page, "/approvals")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-approval]").nth(1)).to_be_focused()
    page.keyboard.press("r")
    box = page.locator("[data-approval]").nth(1).get_by_role("textbox")
    expect(box).to_be_focused()
    box.fill("They order every spring.")
    with arriving(page):
        page.locator("[data-approval]").nth(1).locator("form .btn-danger").click()
    expect(page.locator("[data-approval]")).to_have_count(1)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def test_on_the_phone_a_reason_is_asked_for_and_several_are_approved_without_scrolling(
    windows: Windows, alice: Person, bob: Person, firms: list[UUID]
) -> None:
    ask(windows, bob, firms)
    page = windows.open(alice, lang="zh-CN", on_phone=True)
    ready(page, "/approvals")
    windows.watch.expect(422)
    first = page.locator("[data-approval]").first
    first.locator("[data-reject]").click()
    expect(first.get_by_role("textbox")).to_be_focused()
    first.locator("form .btn-danger").click()
    expect(page.locator("#text-error")).to_have_text("请说明原因。")
    ready(page, "/approvals")
    for box in page.locator(".approval-head .check").all():
        box.click()
    several = page.locator("#approve-many button")
    expect(several).to_be_in_viewport()
    several.click()
    expect(page.locator("[data-approval]")).to_have_count(0)
