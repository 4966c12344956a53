"""The frame around every page: palette, shortcuts, language, theme, what goes wrong."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Windows, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


@pytest.fixture
def known(acme: Workspace, alice: Person) -> None:
    """A firm and a person to look for."""
    with acme.acting(alice) as by:
        make_account(by, name="Birch Ltd")
        make_contact(by, last_name="王", first_name="小明")


def palette(page: Page, key: str) -> Locator:
    page.keyboard.press(key)
    opened = page.locator("#palette")
    expect(opened.get_by_role("combobox")).to_be_focused()
    return opened


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_the_palette_finds_a_record_by_initials(page: Page, known: None, key: str) -> None:
    ready(page, "/")
    opened = palette(page, key)
    page.keyboard.type("wxm")
    chosen = opened.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("王小明")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/contacts/[0-9a-f-]{36}"))


def test_the_palette_walks_through_pages_with_arrows(page: Page) -> None:
    ready(page, "/")
    opened = palette(page, "/")
    page.keyboard.type("acc")
    chosen = opened.get_by_role("option", selected=True)
    expect(chosen).to_have_text("New account")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text("Accounts")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("Accounts")


def test_a_page_that_is_called_as_typed_stands_before_the_records_that_hold_its_name(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, name="Recycle bin makers")
    ready(page, "/")
    opened = palette(page, "/")
    page.keyboard.type("recycle")
    found = opened.get_by_role("option")
    expect(opened.locator("#palette-results [role=option]")).to_have_count(1)
    expect(found.first).to_have_text("Recycle bin")
    expect(found.last).to_contain_text("Recycle bin makers")
    page.keyboard.type(" bin makers")
    expect(found).to_have_count(1)
    expect(opened.get_by_role("option", selected=True)).to_contain_text("Recycle bin makers")


def test_of_pages_that_hold_a_word_the_one_called_so_comes_first(page: Page) -> None:
    ready(page, "/")
    opened = palette(page, "/")
    page.keyboard.type("fields")
    expect(opened.get_by_role("option", selected=True)).to_have_text("Fields")
    page.keyboard.press("Control+a")
    page.keyboard.type("settings")
    expect(opened.get_by_role("option", selected=True)).to_have_text("Settings")


def test_the_palette_creates(page: Page) -> None:
    ready(page, "/")
    opened = palette(page, "Control+k")
    page.keyboard.type("new contact")
    expect(opened.get_by_role("option", selected=True)).to_have_text("New contact")
    page.keyboard.press("Enter")
    expect(opened).to_be_hidden()
    expect(page.locator("#drawer").get_by_role("heading", name="New contact")).to_be_visible()


@pytest.mark.parametrize("words", ["dark", "深色", "theme"])
def test_the_palette_switches_to_dark_and_back(page: Page, words: str) -> None:
    ready(page, "/")
    for theme in ("dark", "light"):
        opened = palette(page, "/")
        page.keyboard.type(words)
        chosen = opened.get_by_role("option", selected=True)
        expect(chosen).to_have_text("Switch between light and dark")
        page.keyboard.press("Enter")
        expect(opened).to_be_hidden()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)


def test_the_palette_changes_the_language_finds_settings_and_signs_out(page: Page) -> None:
    ready(page, "/accounts")
    opened = palette(page, "/")
    page.keyboard.type("简体")
    opened.get_by_role("option", name="简体中文").click()
    expect(page.locator("html[data-ready]")).to_have_attribute("lang", "zh-Hans-CN")
    expect(page).to_have_url(re.compile(r"/accounts$"))
    opened = palette(page, "/")
    page.keyboard.type("密码")
    expect(opened.get_by_role("option", selected=True)).to_have_attribute("href", "/settings/me")
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    opened = palette(page, "/")
    with page.expect_response(lambda answer: answer.url.endswith(quote("退出"))):
        page.keyboard.type("退出")
    expect(opened.get_by_role("option", selected=True)).to_have_text("退出登录")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/login"))


def test_the_palette_says_when_nothing_fits_and_closes_with_escape(page: Page) -> None:
    ready(page, "/")
    opened = palette(page, "/")
    page.keyboard.type("zebra")
    expect(opened.get_by_role("status")).to_have_text("Nothing found.")
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()


def test_a_slash_in_a_field_is_a_slash(page: Page) -> None:
    ready(page, "/accounts")
    page.get_by_role("searchbox").press_sequentially("/?")
    expect(page.get_by_role("searchbox")).to_have_value("/?")
    expect(page).to_have_url(re.compile("q="))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_question_mark_lists_the_shortcuts_as_this_system_writes_them(page: Page) -> None:
    ready(page, "/accounts")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(listed).to_contain_text("Ctrl+K")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()


def test_a_language_is_chosen_on_the_page_one_is_on_and_stays(page: Page, known: None) -> None:
    ready(page, "/accounts?q=birch")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans-CN")
    expect(page).to_have_url(re.compile(r"/accounts\?q=birch$"))
    expect(page.locator("#main h1")).to_have_text("客户")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    page.goto("/contacts")
    expect(page.locator("#main h1")).to_have_text("联系人")


def test_a_browser_that_speaks_chinese_is_greeted_in_chinese(windows: Windows) -> None:
    page = ready(windows.open(lang="zh-CN"), "/login")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def test_dark_is_chosen_with_one_press_and_stays(page: Page) -> None:
    ready(page, "/")
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/accounts")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != light


def test_an_address_that_leads_nowhere_says_so_in_the_frame(page: Page, windows: Windows) -> None:
    windows.watch.expect(404)
    ready(page, "/nowhere")
    expect(page.locator("#main")).to_contain_text("404")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_a_server_out_of_reach_is_told_and_nothing_is_lost(
    page: Page, windows: Windows, known: None
) -> None:
    ready(page, "/accounts")
    page.keyboard.press("n")
    drawer = page.locator("#drawer")
    drawer.get_by_label("Name").fill("Fence & Sons")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("No connection to the server.")
    expect(drawer.get_by_label("Name")).to_have_value("Fence & Sons")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main h1")).to_contain_text("Fence & Sons")
    windows.watch.forgive("ERR_INTERNET_DISCONNECTED", "Failed to fetch")


def test_the_palette_opens_with_what_was_open_lately(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        path = f"/contacts/{make_contact(by, 'Fence', 'Frank').id}"
    ready(page, path)
    ready(page, "/accounts")
    page.keyboard.press("Control+k")
    first = page.locator("#palette-results [role=option]").first
    expect(first).to_have_text(re.compile("Frank Fence"))
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("zzzz")
    expect(page.locator("#palette-results [role=option]")).to_have_count(0)
    for _key in range(4):
        page.keyboard.press("Backspace")
    expect(first).to_have_text(re.compile("Frank Fence"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(path))
