"""The weekly hours of a calendar as a grid: by keys, with a mouse, with a finger."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from app.records.worktime.operations import calendars_of
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace

NEW = "/settings/business-hours/new"


def cell(page: Page, day: str, hours: str) -> Locator:
    return page.get_by_role("gridcell", name=f"{day} {hours}")


def test_keys_open_and_close_half_hours_and_what_is_sent_is_their_text(
    page: Page, acme: Workspace, alice: Person
) -> None:
    ready(page, NEW)
    expect(page.get_by_role("grid", name="Hours of the week")).to_be_visible()
    expect(cell(page, "Monday", "09:00–09:30")).to_have_attribute("aria-selected", "true")
    expect(cell(page, "Saturday", "09:00–09:30")).to_have_attribute("aria-selected", "false")
    cell(page, "Monday", "07:00–07:30").focus()
    for _step in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    expect(cell(page, "Saturday", "09:00–09:30")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#sat")).to_have_value("09:00–10:30")
    page.keyboard.press("Space")
    expect(page.locator("#sat")).to_have_value("09:00–10:00")
    page.locator("#sun").fill("10:15-11")
    expect(cell(page, "Sunday", "10:00–10:30")).to_have_class("is-part")
    page.get_by_label("Name").fill("Shop")
    with arriving(page):
        page.get_by_role("button", name="Save").click()
    with acme.acting(alice) as by:
        (kept,) = calendars_of(by)
        assert kept.week[5] == [[540, 600]]
        assert kept.week[6] == [[615, 660]]
        assert kept.week[0] == [[540, 720], [780, 1080]]


def test_a_mouse_paints_and_a_text_that_can_t_be_read_is_left_alone(page: Page) -> None:
    ready(page, NEW)
    cell(page, "Saturday", "08:00–08:30").hover()
    page.mouse.down()
    cell(page, "Saturday", "08:30–09:00").hover()
    cell(page, "Saturday", "09:00–09:30").hover()
    page.mouse.up()
    cell(page, "Saturday", "10:00–10:30").hover()
    expect(page.locator("#sat")).to_have_value("08:00–09:30")
    page.locator("#mon").fill("whenever")
    expect(cell(page, "Monday", "09:00–09:30")).to_have_attribute("aria-disabled", "")
    cell(page, "Monday", "09:00–09:30").click()
    expect(page.locator("#mon")).to_have_value("whenever")


def test_a_finger_taps_half_hours_on_a_phone(windows: Windows, alice: Person) -> None:
    page = windows.open(alice, on_phone=True)
    ready(page, NEW)
    one = cell(page, "Sunday", "09:00–09:30")
    one.tap()
    expect(page.locator("#sun")).to_have_value("09:00–09:30")
    box = one.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert min(box["width"], box["height"]) >= 24, "a finger meets it"
    one.tap()
    expect(page.locator("#sun")).to_have_value("")
