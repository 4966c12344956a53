"""Home in a real browser: widgets come by themselves, and are arranged by pointer and by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.home.operations.homes import arrange
from app.home.placed import Placed
from app.identity.models import User
from app.reports.engine.definition import Definition, Grouped, Measure
from tests.browser.held import held
from tests.browser.test_accessibility import Findings, each_once, every_pair, looker
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.home.conftest import keep_report

__all__ = ["looker"]
TITLES = "#widgets .panel-title"
ROWS = "#main [data-row]"


@pytest.fixture
def home(acme: Workspace, alice: Person) -> None:
    """Three firms and a call, shown by three widgets of Alice's Home: a table, a chart, a list."""
    with acme.acting(alice) as by:
        for name, country in (("Alder & Co", "DE"), ("Birch Ltd", "DE"), ("Cedar Works", "GB")):
            make_account(by, name, country=country)
        make_activity(by, "call")
        widgets = (
            Placed("a", "report", "quiet-accounts", name="Quiet"),
            Placed("b", "report", "activities-by-week", name="Weeks"),
            Placed("c", "list", "account", name="Firms", query="sort=name"),
        )
        arrange(by, widgets)


def names(page: Page) -> Any:
    return expect(page.locator(TITLES))


def test_widgets_come_after_the_page_and_a_chart_is_drawn(page: Page, home: None) -> None:
    ready(page, "/")
    names(page).to_have_text(["Quiet", "Weeks", "Firms"])
    expect(page.locator("#widget-c tbody th")).to_have_text(
        ["Alder & Co", "Birch Ltd", "Cedar Works"]
    )
    expect(page.locator("#widget-c")).to_contain_text("3 accounts")
    expect(page.locator("#widget-b svg")).to_be_visible()
    with arriving(page):
        page.locator("#widget-c").get_by_role("link", name="Birch Ltd").click()
    expect(page.locator("#main h1")).to_contain_text("Birch Ltd")


def test_one_that_takes_its_time_keeps_nobody_waiting(page: Page, home: None) -> None:
    ready(page, "/accounts")
    with held(page, "GET", r"/home/widgets/a$") as slow:
        page.goto("/")
    expect(page.locator("#widget-c")).to_contain_text("Birch Ltd")
    expect(page.locator("#widget-a .widget-wait")).to_be_visible()
    slow.let_go()
    expect(page.locator("#widget-a .widget-wait")).to_have_count(0)
    settled(page)


def test_one_that_fails_says_so_and_is_tried_again(
    page: Page, windows: Windows, home: None
) -> None:
    windows.watch.expect(500)
    broken = re.compile(r"/home/widgets/c$")
    page.route(broken, lambda route: route.fulfill(status=500, body=""))
    ready(page, "/")
    said = page.locator(".widget", has_text="Firms").locator(".widget-failed")
    expect(said).to_be_visible()
    expect(said).to_contain_text("This could not be loaded.")
    expect(page.locator("#widget-c .widget-wait")).to_be_hidden()
    page.unroute(broken)
    said.get_by_role("link", name="Try again").click()
    expect(page.locator("#widget-c")).to_contain_text("Birch Ltd")
    expect(said).to_be_hidden()


def test_widgets_are_moved_by_dragging(page: Page, home: None) -> None:
    ready(page, "/home/arrange")
    rows = page.locator(ROWS)
    target = rows.nth(0).bounding_box()
    assert target is not None
    rows.nth(2).locator(".grip").hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 4, steps=8)
    page.mouse.up()
    expect(rows.first).to_contain_text("Firms")
    settled(page)
    ready(page, "/")
    names(page).to_have_text(["Firms", "Quiet", "Weeks"])


def test_widgets_in_one_line_are_passed_sideways(page: Page, home: None) -> None:
    ready(page, "/home/arrange")
    rows = page.locator(ROWS)
    target = rows.nth(1).bounding_box()
    assert target is not None
    rows.nth(0).locator(".grip").hover()
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] - 20, target["y"] + 8, steps=8)
    page.mouse.up()
    expect(rows.first).to_contain_text("Weeks")
    settled(page)
    ready(page, "/")
    names(page).to_have_text(["Weeks", "Quiet", "Firms"])


def test_widgets_are_moved_widened_named_and_taken_off_by_keys(page: Page, home: None) -> None:
    ready(page, "/home/arrange")
    down = page.get_by_role("button", name="Move Quiet down")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_contain_text("Weeks")
    expect(down).to_be_focused()
    expect(page.locator("#order-voice")).to_have_text("Quiet: place 2 of 3")
    settled(page)
    full = page.get_by_role("group", name="Width of Quiet").get_by_role("button", name="Full")
    full.focus()
    page.keyboard.press("Enter")
    expect(full).to_have_attribute("aria-pressed", "true")
    expect(full).to_be_focused()
    name = page.get_by_role("textbox", name="Name of Weeks")
    name.fill("Our weeks")
    page.keyboard.press("Tab")
    expect(page.locator(ROWS).first.locator("b")).to_have_text("Our weeks")
    page.get_by_role("button", name="Take Firms off").focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(2)
    settled(page)
    ready(page, "/")
    names(page).to_have_text(["Our weeks", "Quiet"])
    expect(page.locator(".widget.is-wide")).to_have_count(1)


def test_one_is_found_by_words_and_added_and_offered_no_more(page: Page, home: None) -> None:
    ready(page, "/home/arrange")
    page.get_by_role("searchbox", name="Search what can be added").fill("new contacts")
    add = page.get_by_role("button", name="Add New contacts by month")
    expect(page.locator("#home-offers .rows-item")).to_have_count(1)
    add.click()
    expect(page.locator(ROWS)).to_have_count(4)
    expect(add).to_have_count(0)
    expect(page.get_by_role("searchbox", name="Search what can be added")).to_have_value(
        "new contacts"
    )


def test_a_name_that_is_too_long_stands_beside_its_field(
    page: Page, windows: Windows, home: None
) -> None:
    windows.watch.expect(422)
    ready(page, "/home/arrange")
    name = page.get_by_role("textbox", name="Name of Weeks")
    name.evaluate("field => field.removeAttribute('maxlength')")
    name.fill("x" * 81)
    page.keyboard.press("Tab")
    expect(page.locator("#name-b-error")).to_contain_text("longer than 80")
    expect(name).to_have_value("x" * 81)
    expect(page.locator("#home-offers")).to_have_count(1)


def test_a_list_is_put_on_home_from_the_drawer_as_it_is_now(page: Page, home: None) -> None:
    ready(page, "/accounts")
    page.get_by_role("searchbox", name=re.compile("Name")).fill("birch")
    expect(page.locator("#list .who-name")).to_have_text(["Birch Ltd"])
    settled(page)
    page.get_by_role("link", name="Put on Home").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Name").fill("Birches")
    with arriving(page):
        drawer.get_by_role("button", name="Put on Home").click()
    expect(page.locator("#toasts")).to_contain_text("It stands on your Home now.")
    ready(page, "/")
    names(page).to_have_text(["Quiet", "Weeks", "Firms", "Birches"])
    expect(page.locator(".widget").last.locator("tbody th")).to_have_text(["Birch Ltd"])


def test_a_report_is_put_on_home_by_its_button(page: Page, home: None) -> None:
    ready(page, "/reports/ready/new-contacts")
    with arriving(page):
        page.get_by_role("button", name="Put on Home").click()
    expect(page.locator("#toasts")).to_contain_text("It stands on your Home now.")
    ready(page, "/")
    names(page).to_have_text(["Quiet", "Weeks", "Firms", "New contacts by month"])


def test_back_to_the_role_s_asks_first(page: Page, home: None) -> None:
    ready(page, "/home/arrange")
    page.get_by_role("button", name="Back to my role’s Home").click()
    with arriving(page):
        page.locator("#confirm").get_by_role("button", name="Give up").click()
    expect(page.locator("#arrange-form")).to_contain_text("This is how Home is shipped")


def test_on_a_phone_widgets_stand_in_one_column(
    windows: Windows, alice: Person, home: None
) -> None:
    page = ready(windows.open(alice, on_phone=True), "/")
    expect(page.locator("#widget-c")).to_contain_text("Birch Ltd")
    places = page.locator(".widget").evaluate_all(
        "all => all.map(one => Math.round(one.getBoundingClientRect().x))"
    )
    assert len(set(places)) == 1
    assert overflow(page) == 0
    for path in ("/home/arrange", "/home/wall"):
        assert overflow(ready(page, path)) == 0, path


def test_without_script_buttons_arrange_and_each_widget_is_a_page(
    windows: Windows, alice: Person, home: None
) -> None:
    page = windows.open(alice, java_script_enabled=False)
    page.goto("/home/arrange")
    page.get_by_role("button", name="Move Firms up").click()
    page.get_by_role("group", name="Width of Firms").get_by_role("button", name="Full").click()
    page.get_by_role("textbox", name="Name of Quiet").fill("Silent")
    page.get_by_role("button", name="Save names and rows").click()
    page.get_by_role("button", name="Add New contacts by month").click()
    page.goto("/")
    names(page).to_have_text(["Silent", "Firms", "Weeks", "New contacts by month"])
    page.locator("#widget-c").get_by_role("link", name="Show").click()
    expect(page.locator("#main h1")).to_have_text("Firms")
    expect(page.locator("#main tbody th").first).to_have_text("Alder & Co")


def test_the_wall_stands_alone_and_fills_the_screen(page: Page, home: None) -> None:
    ready(page, "/home/wall")
    expect(page.locator("#widget-c")).to_contain_text("Birch Ltd")
    expect(page.locator("#rail")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    with arriving(page):
        page.get_by_role("link", name="Leave the wall").click()
    names(page).to_have_text(["Quiet", "Weeks", "Firms"])


def test_the_totals_of_a_wide_table_are_in_sight_on_the_wall(
    page: Page, acme: Workspace, alice: Person
) -> None:
    groups = Grouped("kind"), Grouped("country")
    key = keep_report(acme, alice, Definition("account", groups, (Measure(),), shape="pivot"))
    countries = ("BA", "AE", "CF", "TT", "VC", "GB")
    with acme.acting(alice) as by:
        for country in countries:
            make_account(by, f"Firm of {country}", country=country)
        arrange(by, (Placed("a", "report", key), Placed("b", "report", "quiet-accounts")))
    page.set_viewport_size({"width": 1440, "height": 900})
    ready(page, "/home/wall")
    total = page.locator("#widget-a tfoot td").last
    expect(total).to_have_text(str(len(countries)))
    end = total.evaluate("one => one.getBoundingClientRect().right")
    edge = page.locator("#widget-a .widget-wrap").evaluate(
        "one => one.getBoundingClientRect().right"
    )
    assert end <= edge


@every_pair
def test_home_with_widgets_is_accessible(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person, home: None
) -> None:
    seen = looker(alice, variant)
    seen.visit("/", "/home/arrange", "/home/wall")
    assert not seen.found, seen.told()


@each_once
def test_its_settings_are_accessible(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    bob: Person,
    home: None,
) -> None:
    with acme.scope() as session:
        role_id = session.get_one(User, bob.user_id).role_id
    seen = looker(alice, variant)
    seen.visit("/settings/homes", f"/settings/homes/{role_id}", "/home/add/accounts")
    seen.visit("/home/widgets/a", "/home/widgets/b", "/home/widgets/c")
    assert not seen.found, seen.told()
