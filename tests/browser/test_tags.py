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


def test_a_tag_that_records_have_tells_why_it_can_not_be_deleted(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence & Sons", tags="VIP")
    page = windows.open(alice)
    ready(page, "/settings/tags")
    page.get_by_role("link", name="VIP").click()
    windows.watch.expect(422)
    form = page.locator("#tag-form")
    form.get_by_role("button", name="Delete").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    expect(form.get_by_role("alert")).to_contain_text("1 record holds this tag")
    expect(page.locator(".toast")).to_have_count(0)
    expect(form.locator("[name=name]")).to_have_value("VIP")
