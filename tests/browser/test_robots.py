"""Group robots in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.automation.robots.operations import create_robot
from app.automation.webhooks.sender import sender_of
from app.jobs.worker import Worker
from app.records.tailored import tailored
from app.records.views import operations
from config.settings import Settings
from tests.automation.conftest import PATIENCE, Hooks, Receiver, elsewhere, hooks, receiver
from tests.automation.test_robots import shown, wish
from tests.automation.test_webhooks import make_account
from tests.browser.test_accessibility import Findings, every_pair, looker
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person

__all__ = ["elsewhere", "hooks", "looker", "receiver"]


def share_leeds(person: Person) -> None:
    with person.workspace.acting(person) as by:
        leeds = operations.Wish("All of Leeds", "everyone", "city=Leeds")
        operations.save_view(by, tailored("account", by), leeds)


def test_a_robot_is_made_and_tested_from_its_page(
    page: Page,
    windows: Windows,
    alice: Person,
    receiver: Receiver,
    hooks: Hooks,
    app: Flask,
    settings: Settings,
) -> None:
    windows.watch.expect(422)
    receiver.answers, receiver.text = [200], b'{"errcode":0}'
    share_leeds(alice)
    ready(page, "/settings")
    with arriving(page):
        page.locator("#main").get_by_role("link", name="Group robots").first.click()
    with arriving(page):
        page.get_by_role("link", name="New group robot").first.click()
    page.get_by_label("What it is for").fill("Sales")
    page.get_by_text("DingTalk", exact=True).click()
    page.get_by_label("Address of the robot").fill("https://example.com/robot")
    page.locator("#main").get_by_role("button", name="Create").click()
    expect(page.locator("#url-error")).to_contain_text("oapi.dingtalk.com")
    expect(page.locator("#events-error")).to_be_visible()
    expect(page.get_by_role("radio", name="DingTalk")).to_be_checked()
    page.get_by_label("Address of the robot").fill(receiver.url)
    page.get_by_role("group", name="Accounts").get_by_label("Added").check()
    page.get_by_label("Accounts: Which records are told of").select_option(
        "the view “All of Leeds”"
    )
    with arriving(page):
        page.locator("#main").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not used yet")
    expect(page.locator("#main")).not_to_contain_text(receiver.url)
    with arriving(page):
        page.get_by_role("button", name="Send a test").click()
    Worker(app, settings).drain()
    assert sender_of(app, settings).wait(PATIENCE)
    expect(page.locator("#deliveries")).to_contain_text("Arrived")
    assert "the robot “Sales” works" in shown(receiver.messages[0].told)


def boxes_of(page: Page, type_name: str) -> Locator:
    return page.get_by_role("group", name=type_name, exact=True).locator("[name=event]")


def checked(boxes: Locator) -> Locator:
    return boxes.and_(boxes.page.locator(":checked"))


def test_all_events_of_a_type_are_ticked_at_once(page: Page, alice: Person) -> None:
    ready(page, "/settings/robots/new")
    every = page.get_by_label("Accounts: All of this type")
    boxes = boxes_of(page, "Accounts")
    count = boxes.count()
    assert count > 5
    every.check()
    expect(checked(boxes)).to_have_count(count)
    expect(checked(boxes_of(page, "Contacts"))).to_have_count(0)
    boxes.first.uncheck()
    expect(every).to_have_js_property("indeterminate", True)
    expect(every).not_to_be_checked()
    boxes.first.check()
    expect(every).to_be_checked()
    expect(every).to_have_js_property("indeterminate", False)
    every.uncheck()
    expect(checked(boxes)).to_have_count(0)


@pytest.mark.parametrize("form", ["/settings/robots/new", "/settings/webhooks/new"])
def test_events_are_found_by_typing_and_ticked_by_keys(
    page: Page, alice: Person, form: str
) -> None:
    ready(page, form)
    added = page.get_by_role("group", name="Contacts", exact=True).get_by_label("Added")
    search = page.get_by_role("searchbox", name="Find an event")
    search.fill("contact add")
    expect(added).to_be_visible()
    expect(page.get_by_role("group", name="Accounts", exact=True)).to_be_hidden()
    # What is not shown is not ticked by one box.
    expect(page.get_by_label("Contacts: All of this type")).to_be_hidden()
    search.press("Enter")  # Leads to what was found, and sends nothing.
    expect(added).to_be_focused()
    page.keyboard.press("Space")
    expect(added).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    search.fill("nothing of the kind")
    expect(page.get_by_text("No event is called so.")).to_be_visible()
    expect(added).to_be_hidden()
    search.press("Escape")
    expect(search).to_have_value("")
    expect(added).to_be_visible()
    expect(added).to_be_checked()
    expect(page.get_by_role("group", name="Accounts", exact=True)).to_be_visible()
    expect(page.get_by_label("Contacts: All of this type")).to_have_js_property(
        "indeterminate", True
    )


def test_a_search_alone_is_nothing_to_lose(page: Page, alice: Person) -> None:
    ready(page, "/settings/robots/new")
    changed = page.locator("form[data-guard][data-dirty]")
    search = page.get_by_role("searchbox", name="Find an event")
    search.fill("contact")
    search.press("Tab")
    expect(page.get_by_role("group", name="Accounts", exact=True)).to_be_hidden()
    expect(changed).to_have_count(0)
    page.get_by_role("group", name="Contacts", exact=True).get_by_label("Added").check()
    expect(changed).to_have_count(1)


@every_pair
def test_its_pages_are_accessible(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    alice: Person,
    hooks: Hooks,
    elsewhere: Callable[..., Receiver],
) -> None:
    refusing = elsewhere(200, text=b'{"errcode":310000,"errmsg":"sign not match"}')
    seen = looker(alice, variant)
    seen.visit("/settings/robots", "/settings/robots/new")
    share_leeds(alice)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        robot = create_robot(by, wish(refusing.url, kind="dingtalk"))
    make_account(alice)
    hooks.work()
    url = f"/settings/robots/{robot.id}"
    delivery = hooks.one(alice.workspace)
    seen.visit("/settings/robots", url, f"{url}/edit", f"{url}/deliveries/{delivery.id}")
    assert not seen.found, seen.told()
