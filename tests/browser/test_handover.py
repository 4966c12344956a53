"""Handing over what a colleague holds, in a real browser: plan, rule, promise, and back again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.crm.models import Activity
from app.handover.operations.begin import begin_handover
from app.handover.rules import Plan, Rule
from app.identity.models import User
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity


@pytest.fixture
def held(acme: Workspace, bob: Person, dora: Person) -> str:
    """Bob's firms in York and Leeds with a promise to York; Dora sells as well; the page of his
    handover.
    """
    with acme.acting() as by:
        seller = by.session.get_one(User, bob.user_id).role_id
        by.session.get_one(User, dora.user_id).role_id = seller
    with acme.acting(bob) as by:
        york = make_account(by, "York Fences", city="York", lifecycle="customer")
        make_account(by, "Leeds Fences", city="Leeds")
        make_activity(
            by,
            "task",
            subject="Send the offer",
            body="",
            due_at=(by.now + timedelta(days=1)).isoformat(),
            account_id=str(york.id),
            is_promise="1",
        )
    return f"/settings/people/{bob.user_id}/handover"


def customers_to(receiver: Person, giver: Person, acme: Workspace) -> str:
    """Hand a colleague's customers over to somebody, who sees each promise; the page of it."""
    rule = Rule("account", (), (receiver.user_id,))
    with acme.acting(receiver) as by:
        promises = by.session.scalars(select(Activity.id).where(Activity.is_promise))
        seen = {(one, receiver.user_id) for one in promises}
        user = by.session.get_one(User, giver.user_id)
        return f"/handovers/{begin_handover(by, user, Plan(False, None, (rule,)), seen).id}"


def rest_to(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="The rest goes to")
    box.fill(name)
    page.get_by_role("option", name=name).first.click()
    expect(box).to_have_value(re.compile(name))


def test_a_plan_is_made_looked_at_done_and_taken_back(
    page: Page, windows: Windows, held: str
) -> None:
    windows.watch.expect(422)
    ready(page, held)
    page.get_by_role("radio", name="Bob Baker changes area").check()
    rest_to(page, "Alice")
    with arriving(page):
        page.get_by_role("button", name="Add a rule for Accounts").click()
    with arriving(page):
        page.get_by_role("checkbox", name="Dora Dunn").check()
        page.get_by_role("checkbox", name="Customer", exact=True).check()
        page.get_by_role("button", name="Save").click()
    accounts = page.get_by_role("region", name="Accounts")
    expect(accounts.get_by_role("listitem")).to_have_count(2)
    expect(accounts.get_by_role("listitem").first).to_contain_text("Lifecycle: Customer")
    expect(accounts.get_by_role("listitem").first).to_contain_text("Dora Dunn")
    expect(page.get_by_role("radio", name="Bob Baker changes area")).to_be_checked()
    press_start(page)
    expect(page.locator("#promises-error")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("Send the offer")).check()
    with arriving(page):
        press_start(page)
    expect(page.get_by_role("status").filter(has_text="records were handed over")).to_be_visible()
    expect(page.get_by_role("region", name="Who got what")).to_contain_text("Dora Dunn")
    with arriving(page):
        page.get_by_role("button", name="Undo").click()
        page.locator("#confirm [data-confirm-yes]").click()
    expect(page.get_by_role("status").filter(has_text="3 records went back.")).to_be_visible()


def test_digests_are_printed_dark_on_white_with_each_customer_on_a_sheet_of_its_own(
    windows: Windows, acme: Workspace, alice: Person, bob: Person, held: str
) -> None:
    url = customers_to(alice, bob, acme)
    page = ready(windows.open(alice, theme="dark"), f"{url}/digests")
    expect(page.locator(".digest")).to_have_count(2)
    assert len(re.findall(rb"/Type */Page\b", page.pdf(format="A4"))) == 2
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="York Fences")).to_be_visible()
    for part in (page.get_by_role("navigation"), page.locator(".topbar"), page.locator(".acts")):
        for one in part.all():
            expect(one).to_be_hidden()
    for name, most in (("color", 60), ("background-color", 0)):
        shade = page.locator(".digest-facts dd").first.evaluate(
            "(one, name) => getComputedStyle(one)[name]", name
        )
        red, green, blue, *seen = (float(part) for part in re.findall(r"[\d.]+", shade))
        assert seen == [0] or max(red, green, blue) <= most, f"{name}: {shade}"


def test_a_customer_s_menu_leads_to_its_digest_by_keys(
    windows: Windows, acme: Workspace, alice: Person, bob: Person, held: str
) -> None:
    customers_to(alice, bob, acme)
    page = ready(windows.open(alice, on_phone=True), "/accounts?q=Leeds")
    with arriving(page):
        page.get_by_role("link", name="Leeds Fences").first.click()
    page.get_by_role("button", name="More actions", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.type("h")
    item = page.get_by_role("menuitem", name="Handover digest")
    page.keyboard.type("h")
    expect(item).to_be_focused()
    with arriving(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/digest$"))
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    assert overflow(page) <= 0


@pytest.mark.parametrize("on_phone", [False, True])
def test_choosing_counts_by_itself_by_keys_too_and_loses_nothing(
    windows: Windows, alice: Person, held: str, *, on_phone: bool
) -> None:
    page = ready(windows.open(alice, on_phone=on_phone), held)
    promise = page.get_by_role("checkbox", name=re.compile("Send the offer"))
    expect(promise).to_be_disabled()
    rest_to(page, "Alice")
    expect(promise).to_be_enabled()
    promise.check()
    stays = page.get_by_role("radio", name="Bob Baker leaves")
    stays.focus()
    page.keyboard.press("ArrowDown")
    changes = page.get_by_role("radio", name="Bob Baker changes area")
    expect(changes).to_be_checked()
    expect(changes).to_be_focused()
    settled(page)
    expect(changes).to_be_focused()
    expect(promise).to_be_checked()
    expect(page.get_by_role("combobox", name="The rest goes to")).to_have_value(re.compile("Alice"))
    expect(page.get_by_role("button", name="Begin again")).to_be_visible()
    assert overflow(page) <= 0


def press_start(page: Page) -> None:
    settled(page)
    page.get_by_role("button", name="Hand over", exact=True).last.click()
    page.locator("#confirm [data-confirm-yes]").click()


def test_conditions_on_any_field_come_back_to_the_rule(page: Page, held: str) -> None:
    ready(page, f"{held}/rule?type=account")
    page.get_by_role("link", name="Conditions on any field").click()
    drawer = page.locator("#drawer")
    field = drawer.get_by_role("combobox", name="Field")
    field.fill("city")
    drawer.get_by_role("option", name="City", exact=True).first.click()
    value = drawer.get_by_role("textbox", name="Value")
    value.fill("York")
    with arriving(page):
        drawer.get_by_role("button", name="Use these conditions").click()
    expect(page.locator(".told")).to_contain_text("York")
    expect(page.get_by_role("checkbox", name="Alice Archer")).to_be_visible()


def test_the_plan_fits_a_phone(page: Page, held: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    ready(page, held)
    assert overflow(page) <= 0
    ready(page, f"{held}/rule?type=account")
    assert overflow(page) <= 0
