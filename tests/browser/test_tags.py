"""Tags as they are typed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account


def test_a_tag_that_begins_like_another_is_one_tag(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence & Sons", tags="VIP")
        other = make_account(by, "Other Ltd")
    page = windows.open(alice)
    ready(page, f"/accounts/{other.id}/edit")
    field = page.locator("[name=tags]").locator("xpath=..")
    box = field.locator("input:not([type=hidden])")
    box.press_sequentially("VIP gold")
    page.keyboard.press("Enter")
    expect(field.locator(".tag-x")).to_have_count(1)
    expect(field).to_contain_text("VIP gold")
