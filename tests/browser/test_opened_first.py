"""The palette's entries and the list of keys come when they are opened first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.held import held
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account

OFFLINE = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")


def test_what_is_typed_before_the_entries_come_filters_them(page: Page) -> None:
    ready(page, "/")
    opened = page.locator("#palette")
    with held(page, "GET", r"/palette\?v=") as line:
        page.keyboard.press("Control+k")
        page.keyboard.type("recycle")
    expect(opened.get_by_role("combobox")).to_have_value("recycle")
    expect(opened.get_by_role("listbox")).to_have_attribute("aria-busy", "true")
    expect(opened.locator("[data-palette-wait]")).to_be_visible()
    expect(opened.locator("[data-palette-none]")).to_be_hidden()
    line.let_go()
    expect(opened.get_by_role("option")).to_have_text(["Recycle bin"])
    expect(opened.locator("[data-palette-wait]")).to_be_hidden()
    expect(opened.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()


def test_enter_pressed_before_the_entries_come_follows_what_is_chosen_then(page: Page) -> None:
    ready(page, "/")
    with held(page, "GET", r"/palette\?v=") as line:
        page.keyboard.press("Control+k")
        page.keyboard.type("recycle")
        page.keyboard.press("Enter")
    line.let_go()
    expect(page).to_have_url(re.compile("/settings/trash$"))


def test_closed_before_the_entries_come_it_stays_closed_and_begins_anew(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Birch Ltd")
    ready(page, "/")
    opened = page.locator("#palette")
    with held(page, "GET", r"/palette\?v=") as line:
        page.keyboard.press("Control+k")
        page.keyboard.type("recycle")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
    line.let_go()
    settled(page)
    expect(opened).to_be_hidden()
    expect(page).to_have_url(re.compile(r"[^/]/$"))
    page.keyboard.press("Control+k")
    expect(opened.get_by_role("combobox")).to_have_value("")
    expect(opened.get_by_role("option", name="Birch Ltd")).to_be_visible()
    expect(opened.get_by_role("option", name="Recycle bin")).to_be_visible()
    expect(opened.get_by_role("option", name="New account", exact=True)).to_be_visible()


def test_the_next_page_has_both_without_asking_again(page: Page, windows: Windows) -> None:
    recycle_bin = page.locator("#palette").get_by_role("option", name="Recycle bin")
    ready(page, "/")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts dt").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(recycle_bin).to_be_visible()
    page.keyboard.press("Escape")
    ready(page, "/accounts")
    page.context.set_offline(True)
    page.keyboard.press("?")
    expect(page.locator("#shortcuts dt").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(recycle_bin).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("No connection")  # The search has to ask.
    page.context.set_offline(False)
    windows.watch.forgive(*OFFLINE)


@pytest.mark.parametrize(
    ("lang", "told", "missed"),
    [
        ("en", "No connection to the server.", "Type to ask for them again."),
        ("zh-CN", "无法连接", "继续输入即会重新载入"),
    ],
)
def test_without_a_connection_it_says_so_and_asks_again(
    windows: Windows, alice: Person, lang: str, told: str, missed: str
) -> None:
    page = ready(windows.open(alice, lang=lang), "/settings/me")
    opened = page.locator("#palette")
    page.context.set_offline(True)
    page.keyboard.press("Control+k")
    expect(page.locator("#toasts")).to_contain_text(told)
    expect(opened.locator("[data-palette-missed]")).to_contain_text(missed)
    page.keyboard.type("tr")
    expect(opened.get_by_role("combobox")).to_have_value("tr")
    expect(opened.locator("[data-palette-none]")).to_be_hidden()
    settled(page).context.set_offline(False)
    page.keyboard.press("Control+a")
    page.keyboard.type("trash")
    expect(opened.locator('[role=option][href="/settings/trash"]')).to_be_visible()
    expect(opened.locator("[data-palette-missed]")).to_be_hidden()
    windows.watch.forgive(*OFFLINE)


def test_the_list_of_keys_closes_where_it_can_not_be_had_and_comes_when_it_can(
    page: Page, windows: Windows
) -> None:
    ready(page, "/accounts")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.context.set_offline(True)
    page.keyboard.press("?")
    expect(page.locator("#toasts")).to_contain_text("No connection to the server.")
    expect(listed).to_be_hidden()
    page.context.set_offline(False)
    page.keyboard.press("?")
    expect(listed).to_contain_text("Next and previous row")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    windows.watch.forgive(*OFFLINE)
