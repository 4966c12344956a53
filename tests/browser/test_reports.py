"""Reports in the browser: a chart read and opened by keys, and its picture."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.jobs.worker import Worker
from tests.browser.visitor import Windows, arriving, look_up, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.reports.test_background import slow

__all__ = ["slow"]

BARS = "/reports/build?type=account&g0=country&o0=most&m0=count&shape=bar"


def box(page: Page, name: str) -> Locator:
    """A box of the builder that is searched."""
    return page.get_by_role("combobox", name=name, exact=True)


def choose(page: Page, name: str, words: str) -> None:
    """Find something in a box of the builder by words, and take the first by Enter."""
    box(page, name).click()
    look_up(page, words)
    offered = page.locator(".lookup-list").get_by_role("option", selected=True)
    expect(offered).to_contain_text(re.compile(words, re.IGNORECASE))
    page.keyboard.press("Enter")


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for name, country in (("Zug", "DE"), ("Öl", "DE"), ("Rye", "GB")):
            make_account(by, name, country=country)


@pytest.mark.usefixtures("firms")
def test_a_chart_is_read_by_arrow_keys_and_enter_opens_the_rows(
    windows: Windows, alice: Person
) -> None:
    page = windows.open(alice)
    page.goto(BARS)
    chart = page.locator("[data-chart]")
    expect(chart).to_have_attribute("role", "application")
    expect(chart).to_have_accessible_name(re.compile("^Chart. Arrow keys go from value to value"))
    chart.focus()
    said = page.locator(".report-said")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Germany: 2")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("United Kingdom: 1")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("United Kingdom: 1")
    page.keyboard.press("Home")
    expect(said).to_have_text("Germany: 2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts?**")
    expect(page.get_by_role("link", name="Zug").first).to_be_visible()
    expect(page.get_by_role("link", name="Rye")).to_have_count(0)


@pytest.mark.usefixtures("firms")
def test_who_opens_the_rows_of_a_number_comes_back_to_what_was_chosen(
    windows: Windows, alice: Person
) -> None:
    page = windows.open(alice)
    ready(page, "/reports/build")
    numbers = page.locator(".report-table")
    page.get_by_label("What is counted").select_option("account")
    choose(page, "Group 1", "country")
    numbers.get_by_role("row", name="Germany").get_by_role("link", name="2").click()
    page.wait_for_url("**/accounts?**")
    page.go_back()
    expect(numbers.get_by_role("row", name="Germany")).to_be_visible()
    expect(box(page, "Group 1")).to_have_value("Country")
    page.reload()
    expect(numbers.get_by_role("row", name="Germany")).to_be_visible()


@pytest.mark.usefixtures("firms")
def test_the_chart_is_saved_as_a_picture(windows: Windows, alice: Person) -> None:
    page = windows.open(alice)
    page.goto(BARS)
    expect(page.locator("[data-chart] svg")).to_be_visible()
    with page.expect_download() as saving:
        page.locator("[data-chart-save]").click()
    path = saving.value.path()
    assert saving.value.suggested_filename == "New report.png"
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("firms")
def test_a_chart_in_chinese_says_how_it_is_read_in_chinese(windows: Windows, alice: Person) -> None:
    page = windows.open(alice, lang="zh-CN")
    page.goto(BARS)
    chart = page.locator("[data-chart]")
    expect(chart).to_have_attribute("role", "application")
    name = chart.get_attribute("aria-label") or ""
    assert "Enter" in name
    assert "Arrow" not in name


@pytest.mark.usefixtures("firms")
def test_of_several_numbers_its_reader_chooses_which_a_chart_draws(
    windows: Windows, alice: Person
) -> None:
    page = windows.open(alice)
    page.goto(BARS.replace("&shape", "&m1=distinct:owner_id&shape"))
    chart, said = page.locator("[data-chart]"), page.locator(".report-said")
    expect(chart).to_have_attribute("role", "application")
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Germany: 2")
    page.get_by_label("Number that is drawn").select_option("Owner: different ones")
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Germany: 1")
    with page.expect_download() as saving:
        page.locator("[data-chart-save]").click()
    assert saving.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("firms")
def test_a_report_is_built_by_keys_and_says_what_is_chosen(windows: Windows, alice: Person) -> None:
    page = windows.open(alice, on_phone=True)
    ready(page, "/reports/build?type=account")
    group, numbers = box(page, "Group 1"), page.locator(".report-table")
    choose(page, "Group 1", "country")
    expect(numbers.get_by_role("row", name="Germany")).to_be_visible()
    expect(group).to_have_value("Country")
    expect(group).to_be_focused()
    choose(page, "Number 2", "owner")
    expect(numbers.get_by_role("columnheader", name="Owner: different ones")).to_be_visible()
    expect(box(page, "Number 3")).to_have_value("")
    assert overflow(page) <= 0
    group.fill("")
    expect(numbers.get_by_role("row", name="Germany")).to_have_count(0)


@pytest.mark.usefixtures("firms")
def test_the_number_that_a_chart_draws_is_kept_with_the_report(
    windows: Windows, alice: Person
) -> None:
    page = windows.open(alice)
    ready(page, BARS.replace("&shape", "&m1=distinct:owner_id&shape"))
    kept = page.locator("#report-save input[name=definition]")
    page.get_by_label("Number that is drawn").select_option("Owner: different ones")
    expect(kept).to_have_value(re.compile('"drawn": 1'))
    page.locator("#report-name").fill("Owners by country")
    with arriving(page):
        page.locator("#report-save").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Number that is drawn")).to_have_value("1")
    with page.expect_download() as saving:
        page.locator("[data-chart-save]").click()
    assert saving.value.suggested_filename == "Owners by country.png"


@pytest.mark.parametrize(
    ("rhythm", "day"), [("Every day", ""), ("Every week", ""), ("Every month", "25")]
)
def test_a_report_is_mailed_in_every_rhythm(
    windows: Windows, alice: Person, rhythm: str, day: str
) -> None:
    page = windows.open(alice)
    ready(page, "/reports/mail?report=new-contacts")
    page.get_by_label("How often").select_option(rhythm)
    if day:
        page.get_by_label("Day of the month").fill(day)
    with arriving(page):
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is mailed now")).to_be_visible()
    ready(page, "/reports/mail?report=new-contacts")
    expect(page.get_by_label("How often").locator("option:checked")).to_have_text(rhythm)
    if day:
        expect(page.get_by_label("Day of the month")).to_have_value(day)


@pytest.mark.usefixtures("firms")
def test_a_report_that_was_waited_for_tells_its_conditions_once(
    windows: Windows, alice: Person, worker: Worker, slow: Any
) -> None:
    page = windows.open(alice, on_phone=True)
    report = "/reports/ready/new-accounts"
    told = page.locator(".report-told").filter(visible=True)
    with slow():
        page.goto(report)
        expect(page.get_by_text("waits for its turn")).to_be_visible()
        expect(told).to_have_count(1)
    worker.drain()
    expect(page.get_by_text("Counted in the background")).to_be_visible()
    expect(told).to_have_count(1)
    expect(told).to_contain_text("Compared with")
