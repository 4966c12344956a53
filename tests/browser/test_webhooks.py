"""Webhooks and the documentation of the API in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from app.automation.webhooks.sender import sender_of
from app.jobs.worker import Worker
from config.settings import Settings
from tests.automation.conftest import PATIENCE, Hooks, Receiver, elsewhere, hooks, receiver
from tests.automation.test_webhooks import make_account
from tests.browser.test_accessibility import Findings, each_once, firm, looker
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person

__all__ = ["elsewhere", "firm", "hooks", "looker", "receiver"]


def test_a_webhook_is_made_tested_and_its_log_fills_itself(
    page: Page,
    windows: Windows,
    alice: Person,
    receiver: Receiver,
    hooks: Hooks,
    app: Flask,
    settings: Settings,
) -> None:
    windows.watch.expect(422)
    ready(page, "/settings/webhooks")
    with arriving(page):
        page.get_by_role("link", name="New webhook").first.click()
    page.get_by_label("What it is for").fill("Stock")
    page.get_by_label("Receiving address").fill("http://10.0.0.1/")
    page.locator("#main").get_by_role("button", name="Create").click()
    expect(page.locator("#url-error")).to_contain_text("public address")
    expect(page.locator("#events-error")).to_be_visible()
    expect(page.get_by_label("What it is for")).to_have_value("Stock")
    page.get_by_label("Receiving address").fill(receiver.url)
    page.get_by_role("group", name="Accounts").get_by_label("Added").check()
    page.locator("#main").get_by_role("button", name="Create").click()
    expect(page.locator(".secret code")).to_have_text(re.compile(r"whsec_.+"))
    with arriving(page):
        page.get_by_role("link", name="I have saved it").click()
    with arriving(page):
        page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#deliveries")).to_contain_text("Waiting")
    Worker(app, settings).drain()
    assert sender_of(app, settings).wait(PATIENCE)
    expect(page.locator("#deliveries")).to_contain_text("Arrived")
    expect(page.locator("#deliveries [data-hx-trigger]")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Works")
    with arriving(page):
        page.locator("#deliveries .who-name").first.click()
    expect(page.locator(".code").nth(1)).to_contain_text("webhook.test")


def test_it_is_switched_off_and_on_again(
    page: Page, alice: Person, receiver: Receiver, hooks: Hooks
) -> None:
    fresh = hooks.make(alice, receiver.url)
    ready(page, f"/settings/webhooks/{fresh.webhook.id}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Switch off").click()
    with arriving(page):
        page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Switched off")
    page.get_by_role("button", name="More actions").click()
    with arriving(page):
        page.get_by_role("menuitem", name="Switch on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not used yet")


def test_the_documentation_is_searched_and_leads_to_a_call(page: Page, alice: Person) -> None:
    ready(page, "/api/docs")
    page.get_by_role("searchbox", name="Search the documentation").fill("lifecycle")
    with arriving(page):
        page.get_by_role("button", name="Search", exact=True).click()
    with arriving(page):
        page.locator(".api-list a").first.click()
    expect(page).to_have_url(re.compile(r"/api/docs/accounts#\w+"))
    expect(page.locator(".api-call:target")).to_be_in_viewport()


@each_once
def test_pages_of_programs_are_accessible(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    alice: Person,
    hooks: Hooks,
    elsewhere: Callable[..., Receiver],
) -> None:
    dead = elsewhere(500)
    seen = looker(alice, variant)
    seen.visit("/settings/webhooks", "/settings/webhooks/new")
    fresh = hooks.make(alice, dead.url)
    make_account(alice)
    hooks.work()
    url = f"/settings/webhooks/{fresh.webhook.id}"
    delivery = hooks.one(alice.workspace)
    seen.visit("/settings/webhooks", url, f"{url}/edit", f"{url}/deliveries/{delivery.id}")
    seen.visit("/api/docs", "/api/docs?q=lifecycle", "/api/docs/accounts", "/api/docs/webhooks")
    assert not seen.found, seen.told()
