"""Everything on a phone, 390 pixels wide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.records.door import perform
from tests.browser.visitor import Windows, look_up, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

LONG = "Wirtschaftsprüfungsgesellschaft Obermaier, Unterhuber & Partner mbB Niederlassung Garching"


@pytest.fixture
def phone(windows: Windows, alice: Person) -> Page:
    """Alice's phone."""
    return windows.open(alice, on_phone=True)


@pytest.fixture
def firm(acme: Workspace, alice: Person) -> str:
    """The path of a firm with a name that fits no line and people who work there."""
    with acme.acting(alice) as by:
        account = make_account(
            by, name=LONG, phone="020 7946 0018", website=f"https://{'x' * 60}.example/"
        )
        contact = make_contact(by, account_id=account.id, title=LONG[:80])
        make_activity(by, body=LONG * 3, account_id=account.id, contact_id=contact.id)
    return f"/accounts/{account.id}"


def test_no_page_is_wider_than_the_phone_however_long_the_words(phone: Page, firm: str) -> None:
    paths = [
        "/",
        "/accounts",
        "/accounts?q=zebra",
        "/accounts/board",
        "/accounts/calendar",
        "/activities/calendar?span=week",
        "/accounts?q=wirtschaft&lifecycle=prospect",
        "/accounts/new",
        firm,
        f"{firm}/edit",
        "/contacts",
        "/activities",
        "/search?q=wirtschaft",
        "/settings",
        "/settings/me",
        "/settings/me/password",
        "/settings/me/two-factor",
        "/settings/people",
        "/settings/people/invite",
        "/settings/roles",
        "/settings/roles/new",
        "/settings/teams",
        "/settings/tokens",
        "/settings/audit",
    ]
    wide = {}
    for path in paths:
        ready(phone, path)
        if excess := overflow(phone):
            wide[path] = excess
    assert wide == {}


def test_what_can_be_done_with_a_record_is_written_out(
    phone: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Call", due_at="2030-01-01T09:00")
        firm = make_account(by, phone="020 7946 0018", email="hello@fence.example")
    for path in (f"/activities/{task.id}", f"/accounts/{firm.id}"):
        buttons = ready(phone, path).locator("#record-head .acts .btn:visible")
        assert buttons.count() >= 5
        cut = buttons.evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth + 1)"
        )
        assert cut == []


def test_the_navigation_opens_over_the_page_and_closes(phone: Page) -> None:
    ready(phone, "/accounts")
    rail = phone.get_by_role("complementary", name="Main navigation")
    expect(rail).not_to_be_in_viewport()
    phone.get_by_role("button", name="Open navigation").tap()
    expect(rail).to_be_in_viewport()
    expect(rail.get_by_role("link").first).to_be_focused()
    phone.keyboard.press("Escape")
    expect(rail).not_to_be_in_viewport()
    phone.get_by_role("button", name="Open navigation").tap()
    rail.get_by_role("link", name="Contacts").tap()
    expect(phone.locator("#main h1")).to_have_text("Contacts")
    expect(rail).not_to_be_in_viewport()


def test_the_first_record_of_a_list_stands_below_three_rows_of_controls(
    windows: Windows, alice: Person, firm: str
) -> None:
    for lang in ("en", "zh-CN"):
        phone = windows.open(alice, on_phone=True, lang=lang)
        for path, most in (("/accounts", 265), ("/accounts?lifecycle=prospect&sort=name", 315)):
            ready(phone, path)
            box = phone.locator("#list tbody tr").first.bounding_box()
            assert box is not None
            assert box["y"] < most, (lang, path)


def test_what_a_phone_has_no_room_for_rises_from_its_foot(phone: Page, firm: str) -> None:
    ready(phone, "/accounts")
    sheet = phone.locator("#list-more")
    expect(sheet).to_be_hidden()
    phone.get_by_role("button", name="Order, columns and groups").tap()
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 844)
    sheet.get_by_role("button", name="Sort").tap()
    expect(sheet).to_be_hidden()
    phone.get_by_role("menuitem", name="Name", exact=True).tap()
    expect(phone).to_have_url(re.compile("sort=name"))
    phone.get_by_role("button", name="Order, columns and groups").tap()
    sheet.get_by_role("link", name="Columns").tap()
    expect(phone.get_by_role("dialog", name="Columns")).to_be_visible()
    expect(sheet).to_be_hidden()


def test_the_last_button_of_the_bulk_bar_is_pushed_into_sight(phone: Page, firm: str) -> None:
    ready(phone, "/accounts")
    phone.locator("tbody .c-check input").first.tap()
    bar = phone.locator("[data-bulkbar]")
    verbs, last = bar.locator(".bulk-verbs"), bar.get_by_role("button", name="Delete")
    expect(bar.get_by_role("button", name="Clear the selection")).to_be_in_viewport(ratio=1)
    expect(last).not_to_be_in_viewport()
    fade = "one => getComputedStyle(one).getPropertyValue('--fade-end')"
    expect(verbs).to_have_css("--fade-end", "40px")
    verbs.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    expect(last).to_be_in_viewport(ratio=1)
    expect(verbs).to_have_css("--fade-end", "0px")
    assert verbs.evaluate(fade) == "0px"


def test_long_filters_are_cut_within_the_phone_and_many_conditions_counted(
    phone: Page, firm: str
) -> None:
    ready(phone, f"/accounts?name__contains={LONG[:60].replace('&', '')}&lifecycle=prospect")
    chips = phone.locator(".chip")
    expect(chips).to_have_count(2)
    for number in range(2):
        box = chips.nth(number).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        expect(chips.nth(number).locator(".chip-x")).to_be_in_viewport(ratio=1)
    words = chips.first.locator(".chip-open")
    assert words.evaluate("one => one.scrollWidth > one.clientWidth")
    expect(words).to_have_attribute("title", re.compile("Unterhuber"))


def test_rows_are_cards_that_open_with_a_tap(phone: Page, firm: str) -> None:
    ready(phone, "/accounts")
    card = phone.locator("#list tbody tr")
    expect(card).to_have_count(1)
    expect(phone.locator("#list thead")).not_to_be_in_viewport()
    box = card.bounding_box()
    assert box is not None
    assert box["width"] <= 390
    assert box["height"] > 60
    card.locator("td[data-label='Owner'], td[data-label='Lifecycle']").first.tap()
    expect(phone.locator("#main h1")).to_contain_text(LONG)


def test_a_follow_up_is_a_few_taps(phone: Page, firm: str) -> None:
    ready(phone, firm)
    words = phone.get_by_role("textbox", name="What was said?")
    expect(words).to_be_in_viewport()
    words.tap()
    phone.keyboard.type("Called, wants a quote")
    phone.get_by_role("button", name="Tomorrow").first.tap()
    phone.get_by_role("button", name="Save follow-up").tap()
    done = phone.locator("#timeline .is-follow_up", has_text="Alice Archer followed up")
    expect(done).to_contain_text("Called, wants a quote")
    expect(done.locator(".tl-next")).to_be_visible()


def test_the_drawer_fills_the_phone_and_saves(phone: Page) -> None:
    ready(phone, "/accounts")
    phone.get_by_role("main").get_by_role("link", name="New account").first.tap()
    drawer = phone.locator("#drawer")
    expect(drawer.get_by_label("Name")).to_be_visible()
    box = drawer.bounding_box()
    assert box is not None
    assert box["width"] == 390
    drawer.get_by_label("Name").fill("Fence & Sons")
    drawer.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.locator("#main h1")).to_contain_text("Fence & Sons")


def test_the_palette_opens_with_a_tap(phone: Page, firm: str) -> None:
    ready(phone, "/")
    phone.get_by_role("button", name="Search or jump to").tap()
    palette = phone.locator("#palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    look_up(phone, "wirtschaft")
    palette.get_by_role("option", name=LONG).first.tap()
    expect(phone.locator("#main h1")).to_contain_text(LONG)


def test_the_settings_strip_begins_at_the_page_one_is_on(phone: Page) -> None:
    for path in ("/settings/me", "/settings/teams", "/settings/audit"):
        phone.goto(path)
        expect(phone.locator(".settings-nav [aria-current]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_audit_is_cards_with_everything_in_sight(
    windows: Windows, acme: Workspace, alice: Person, lang: str
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, name=LONG)
        perform("account", "update", account, by=by, email=f"{'y' * 50}@b.example", city="York")
    page = ready(windows.open(alice, on_phone=True, lang=lang), "/settings/audit?type=account")
    first = page.locator("#main tbody tr").first
    first.evaluate("row => row.scrollIntoView({ block: 'center' })")
    cells = first.locator("td")
    expect(cells).to_have_count(6)
    for number in range(6):
        expect(cells.nth(number)).to_be_in_viewport()
    told = cells.nth(4)
    expect(told).to_contain_text("@b.example")
    spread = page.locator(".table-wrap").evaluate("wrap => wrap.scrollWidth - wrap.clientWidth")
    assert spread <= 0
    for cell in cells.all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")  # Nothing is cut.
    whole, row = told.bounding_box(), first.bounding_box()
    assert whole is not None
    assert row is not None
    assert whole["width"] > 0.9 * row["width"]
    assert overflow(page) == 0
