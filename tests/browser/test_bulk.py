"""Many rows in a real browser: ticked, asked about, changed, taken back; the bell."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.crm.models import Account
from app.identity.operations.notices import tell
from app.records.many import perform_many
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def sixty(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        perform_many("account", "create", ({"name": f"Firm {n:03}"} for n in range(60)), by=by)


def in_leeds(acme: Workspace) -> int:
    with acme.scope() as session:
        return session.scalar(select(func.count()).where(Account.city == "Leeds")) or 0


@pytest.mark.usefixtures("sixty")
def test_every_row_of_the_list_is_changed_and_taken_back(
    windows: Windows, page: Page, acme: Workspace
) -> None:
    windows.watch.expect(422)
    ready(page, "/accounts?sort=name")
    bar = page.locator("[data-bulkbar]")
    page.locator("[data-check-all]").check()
    expect(bar.locator("strong")).to_have_text("50 selected")
    bar.get_by_role("button", name="Select all 60").click()
    expect(bar.locator("strong")).to_have_text("60 selected")
    bar.get_by_role("button", name="Edit fields").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading")).to_have_text("Change 60 accounts?")
    expect(drawer.get_by_role("button", name="Change 60 accounts")).to_be_disabled()
    drawer.get_by_label("Field to change").select_option("city")
    drawer.get_by_label("City").fill("Leeds")
    drawer.get_by_label("Another field").select_option("email")
    expect(drawer.get_by_label("City")).to_have_value("Leeds")
    drawer.get_by_label("E-mail").fill("nonsense")
    drawer.get_by_role("button", name="Change 60 accounts").click()
    expect(drawer.get_by_text("Enter an e-mail address like name@example.com.")).to_be_visible()
    expect(drawer.get_by_label("City")).to_have_value("Leeds")
    drawer.get_by_label("E-mail").fill("hello@firm.example")
    drawer.get_by_role("button", name="Change 60 accounts").click()
    expect(page.get_by_text("Changed 60 accounts.")).to_be_visible()
    expect(bar).to_be_hidden()
    assert in_leeds(acme) == 60
    settled(page)  # The list has loaded itself again.
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Took back the change of 60 accounts.")).to_be_visible()
    assert in_leeds(acme) == 0


@pytest.mark.parametrize("on_phone", [False, True])
def test_a_message_leaves_the_bar_in_sight_and_deleting_stands_last_in_it(
    windows: Windows, acme: Workspace, alice: Person, on_phone: bool
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Birch Ltd")
    page = ready(windows.open(alice, on_phone=on_phone), "/accounts")
    page.get_by_label("Select Birch Ltd").check()
    bar = page.locator("[data-bulkbar]")
    expect(bar).to_be_visible()
    assert bar.locator(".bulk-verbs button").all_inner_texts()[-2:] == ["Export", "Delete"]
    page.wait_for_function(
        """() => {
          const [messages, bar] = ['#toasts', '[data-bulkbar]'].map(
            (one) => document.querySelector(one).getBoundingClientRect());
          return messages.bottom > 0 && messages.bottom <= bar.top;
        }"""
    )


def test_the_bell_tells_what_is_new_when_it_is_opened(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Birch Ltd")
        tell(by, alice.user_id, "Changed 300 accounts.", url="/accounts")
    ready(page, "/contacts")
    page.get_by_role("button", name="Notifications, 1 new").click()
    panel = page.locator("#notices")
    expect(panel.get_by_role("link", name="Changed 300 accounts.")).to_be_visible()
    panel.get_by_role("button", name="Mark all as read").click()
    expect(panel.get_by_role("button", name="Mark all as read")).to_have_count(0)
    panel.get_by_role("link", name="Changed 300 accounts.").click()
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()


def test_tags_are_typed_as_chips_on_a_record(page: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        url = f"/accounts/{make_account(by, 'Birch Ltd', tags='cold').id}"
    ready(page, url)
    field = page.locator("#field-tags")
    field.hover()
    field.get_by_role("button", name="Edit: Tags").click()
    box = field.get_by_role("combobox", name="Tags")
    expect(box).to_be_focused()
    box.press("Backspace")
    box.type("VIP")
    box.press("Enter")
    box.type("重点客户")
    field.get_by_role("button", name="Save").click()
    expect(field.get_by_role("link")).to_have_text(["VIP", "重点客户"])
    field.get_by_role("link", name="VIP").click()
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
