"""The pool in a real browser: its settings changed where they stand, a claim while typing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.identity.operations.roles import role_by_key
from app.records.pool.capping import save_cap
from app.records.pool.rules import Wish, create_rule
from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

URL = "/settings/pool"
LONG = "a-very-long-name-of-a-post-box@bellwetherathletics.example"


@pytest.fixture
def decided(acme: Workspace, alice: Person) -> list[str]:
    """The forms of a cap and of a rule."""
    with acme.acting(alice) as by:
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
        cap = save_cap(by, "account", group=group, most_owned="5", most_views="", spared="")
        rule = create_rule(by, "account", Wish("Asleep", "idle", "90", "7"))
        return [f"{URL}/caps/{cap.id}", f"{URL}/rules/{rule.id}/edit"]


@pytest.fixture
def waiting(acme: Workspace, alice: Person) -> None:
    """A firm that nobody owns, with an address that the pool hides."""
    with acme.acting(alice) as by:
        make_account(by, "Bellwether Athletics", email=LONG, owner_id=None)


@pytest.fixture
def promised(acme: Workspace, alice: Person) -> str:
    """The form that returns a firm to which a promise is open."""
    with acme.acting(alice) as by:
        firm = make_account(by, "Owned Oaks")
        promise = {"is_promise": "1", "due_at": "2031-01-01T09:00"}
        make_activity(by, "task", subject="Send the fence", account_id=firm.id, **promise)
        return f"/accounts/{firm.id}/pool/return"


def type_name(page: Page) -> Any:
    """Type the name of the firm into the form of a new one; what may be the same."""
    ready(page, "/accounts/new")
    page.locator("#record-form [name=name]").press_sequentially("Bellwether Athletics")
    one = page.locator(".suspects li")
    expect(one).to_contain_text("waits in the pool")
    return one


def test_a_cap_is_edited_in_the_drawer_and_what_is_wrong_stands_beside_its_field(
    page: Page, windows: Windows, decided: list[str]
) -> None:
    windows.watch.expect(422)
    ready(page, URL)
    page.get_by_role("link", name=re.compile("^Edit the cap: .*Sales rep")).click()
    box = page.get_by_label("May own at most")
    expect(box).to_have_value("5")
    box.fill("")
    page.locator("#drawer").get_by_role("button", name="Save").click()
    expect(page.locator("#most_owned-error")).to_contain_text("at least one of the two")
    box.fill("8")
    with arriving(page):
        page.locator("#drawer").get_by_role("button", name="Save").click()
    expect(page.get_by_text("own at most 8 accounts")).to_be_visible()


def test_a_rule_is_edited_from_the_list_and_leads_to_what_it_would_take(
    page: Page, windows: Windows, decided: list[str]
) -> None:
    windows.watch.expect(422)
    ready(page, URL)
    page.get_by_role("link", name="Edit the rule: Asleep").click()
    page.get_by_label("Warn the owner so many days before").fill("900")
    page.locator("#drawer").get_by_role("button", name="Save").click()
    expect(page.locator("#warn_days-error")).to_contain_text("fewer days")
    page.get_by_label("Warn the owner so many days before").fill("3")
    with arriving(page):
        page.locator("#drawer").get_by_role("button", name="Save").click()
    expect(page.get_by_text("the owner is warned 3 days before")).to_be_visible()
    expect(page.get_by_role("heading", name="What it would do now")).to_be_visible()


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("on_phone", [False, True])
def test_what_waits_in_the_pool_is_claimed_while_typing_and_nothing_is_lost(
    windows: Windows, bob: Person, on_phone: bool
) -> None:
    page = windows.open(bob, on_phone=on_phone)
    one = type_name(page)
    expect(one).not_to_contain_text(LONG)
    page.get_by_role("button", name="Claim Bellwether Athletics").click()
    expect(page.get_by_text("Claimed: Bellwether Athletics")).to_be_visible()
    expect(one).to_contain_text(LONG)
    expect(page.locator("#record-form [name=name]")).to_have_value("Bellwether Athletics")
    box = page.get_by_role("link", name="Use Bellwether Athletics").bounding_box()
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert box is not None
    assert box["x"] + box["width"] <= width, "a long address pushes it out of the window"
    page.get_by_role("link", name="Use Bellwether Athletics").click()
    expect(page.locator("#drawer #record-form")).to_be_visible()
    settled(page)


@each_once
@pytest.mark.usefixtures("waiting")
def test_its_forms_are_open_to_all(
    windows: Windows, variant: dict[str, Any], alice: Person, decided: list[str], promised: str
) -> None:
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit(*decided, promised, "/accounts/board?owner_id__isnull=true&q=", URL)
    page = ready(seen.page, "/accounts/new")
    page.locator("#record-form [name=name]").press_sequentially("Bellwether Athletics")
    expect(page.locator(".suspects button")).to_be_visible()
    seen.look("/accounts/new, with what waits in the pool")
    assert not seen.found, seen.told()
