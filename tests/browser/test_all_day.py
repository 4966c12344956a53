"""Days without an hour in a real browser: dragged and carried over the hours and back, typed."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from app.crm.models import Activity
from app.identity.models import User
from app.kernel.days import whole_day
from tests.browser.test_calendar_hours import DAY, WEEK, entry
from tests.browser.visitor import drawn, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def task(acme: Workspace, alice: Person) -> UUID:
    return planned(acme, alice, f"{DAY}T10:00")


@pytest.fixture
def whole(acme: Workspace, alice: Person) -> UUID:
    return planned(acme, alice, DAY)


def planned(acme: Workspace, alice: Person, due: str) -> UUID:
    with acme.acting(alice) as by:
        return make_activity(by, "task", subject="Count the stock", due_at=due).id


def due_at(acme: Workspace, task: UUID) -> str:
    """The day, or the moment on London's clock, on which a task is due."""
    with acme.scope() as session:
        found = session.get_one(Activity, task).due_at
        assert isinstance(found, datetime)
        day = whole_day(found, LONDON)
        return day.isoformat() if day else found.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")


def over(page: Page, task: UUID, day: str = DAY) -> Locator:
    """The entry over the hours of a day."""
    return page.locator(f'.calendar-heads [data-day="{day}"] #entry-{task}')


def carry(page: Page, what: Locator, to: Locator) -> None:
    """Drag something by its upper edge into the middle of something else."""
    what.scroll_into_view_if_needed()
    what.hover()
    drawn(page)
    begins, ends = what.bounding_box(), to.bounding_box()
    assert begins is not None
    assert ends is not None
    x, y = begins["x"] + begins["width"] / 2, begins["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(ends["x"] + ends["width"] / 2, ends["y"] + ends["height"] / 2, steps=8)
    page.mouse.up()


def test_what_has_an_hour_is_dragged_over_the_hours_and_back(
    page: Page, acme: Workspace, task: UUID
) -> None:
    ready(page, WEEK)
    carry(page, entry(page, task), page.locator(f'.calendar-heads [data-day="{DAY}"]'))
    expect(over(page, task)).to_be_visible()
    expect(over(page, task)).not_to_contain_text("23:59")
    assert due_at(acme, task) == DAY
    carry(page, over(page, task), page.locator(".hour-names > li").nth(11))
    # The names of the hours take nothing: it stays where it was.
    expect(over(page, task)).to_be_visible()
    hours = page.locator(f'[data-hours] [data-day="{DAY}"]')
    box, eleven = hours.bounding_box(), page.locator(".hour-names > li").nth(11).bounding_box()
    assert box is not None
    assert eleven is not None
    over(page, task).hover()
    begins = over(page, task).bounding_box()
    assert begins is not None
    page.mouse.move(begins["x"] + 20, begins["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, eleven["y"] + 5, steps=8)
    page.mouse.up()
    # The hours scroll as a drag comes over their edge, so which hour it is depends on its steps.
    expect(entry(page, task)).to_have_attribute("data-at", re.compile(r"\d\d:\d\d"))
    assert due_at(acme, task) == f"{DAY}T{entry(page, task).get_attribute('data-at')}"
    page.get_by_role("button", name="Undo").last.click()
    expect(over(page, task)).to_be_visible()
    assert due_at(acme, task) == DAY


def test_a_whole_day_is_dragged_to_another_day(page: Page, acme: Workspace, whole: UUID) -> None:
    ready(page, WEEK)
    carry(page, over(page, whole), page.locator('.calendar-heads [data-day="2030-05-23"]'))
    expect(over(page, whole, "2030-05-23")).to_be_visible()
    assert due_at(acme, whole) == "2030-05-23"


def test_keys_carry_it_there_and_back(page: Page, acme: Workspace, task: UUID) -> None:
    ready(page, WEEK)
    entry(page, task).locator(".entry-link").focus()
    page.keyboard.press("0")
    expect(over(page, task).locator(".entry-link")).to_be_focused()
    assert due_at(acme, task) == DAY
    page.keyboard.press("Shift+ArrowRight")
    expect(over(page, task, "2030-05-23").locator(".entry-link")).to_be_focused()
    page.keyboard.press("0")
    expect(entry(page, task, "2030-05-23").locator(".entry-link")).to_be_focused()
    assert due_at(acme, task) == "2030-05-23T09:00"


def test_fingers_have_the_menu(page: Page, acme: Workspace, task: UUID) -> None:
    ready(page, WEEK)
    entry(page, task).hover()
    entry(page, task).locator(".card-more").click()
    expect(page.get_by_role("menuitem", name="At an hour")).to_be_hidden()
    page.get_by_role("menuitem", name="All day").click()
    expect(over(page, task)).to_be_visible()
    over(page, task).hover()
    over(page, task).locator(".card-more").click()
    expect(page.get_by_role("menuitem", name="All day")).to_be_hidden()
    page.get_by_role("menuitem", name="At an hour").click()
    expect(entry(page, task)).to_have_attribute("data-at", "09:00")


def test_a_reader_far_away_drags_the_same_days(
    page: Page, acme: Workspace, alice: Person, whole: UUID
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).zone = "Pacific/Auckland"
    ready(page, WEEK)
    carry(page, over(page, whole), page.locator('.calendar-heads [data-day="2030-05-21"]'))
    expect(over(page, whole, "2030-05-21")).to_be_visible()
    assert due_at(acme, whole) == "2030-05-21"


def test_the_tick_and_the_time_of_a_form_follow_each_other(
    page: Page, acme: Workspace, task: UUID
) -> None:
    ready(page, f"/activities/{task}/edit")
    date, time = page.get_by_label("Due"), page.get_by_label("Time of day")
    tick = page.get_by_role("checkbox", name="All day")
    expect(date).to_have_value(DAY)
    expect(time).to_have_value("10:00")
    expect(tick).not_to_be_checked()
    tick.check()
    expect(time).to_have_value("")
    tick.uncheck()
    expect(time).to_have_value("10:00")
    time.fill("")
    expect(tick).to_be_checked()
    assert overflow(page) == 0
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("22 May 2030")
    assert due_at(acme, task) == DAY


def test_a_usual_time_fills_both_parts_of_the_composer(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
    ready(page, f"/accounts/{firm.id}")
    form = page.locator("#form-follow_up")
    form.get_by_role("button", name="Tomorrow").click()
    expect(form.get_by_label("Time of day")).to_have_value("09:30")
    expect(form.get_by_label("All day")).not_to_be_checked()
    form.get_by_label("What was said?").fill("They think about it")
    form.get_by_label("All day").check()
    form.get_by_role("button", name="Save follow-up").click()
    expect(page.locator("#timeline")).to_contain_text("Due tomorrow")
    expect(page.locator("#timeline")).not_to_contain_text("09:30")
