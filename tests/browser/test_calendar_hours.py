"""The hours of a week or a day in a real browser: by mouse, by keys, by menu, on a phone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from app.kernel.actor import Actor
from app.records.access import fetch
from app.records.door import perform
from app.records.registry import registry
from tests.browser.visitor import Windows, arriving, drawn, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

DAY = "2030-05-22"  # A Wednesday, on which nobody's clocks change.
AFTER = "2030-05-23"
WEEK = f"/activities/calendar?span=week&on={DAY}"


@pytest.fixture
def visit(acme: Workspace, alice: Person) -> UUID:
    """An hour with a customer at ten, as London's clocks have it."""
    return planned(acme, alice, "Visit them", f"{DAY}T10:00", minutes=60)


def planned(acme: Workspace, alice: Person, subject: str, due: str, **more: object) -> UUID:
    with acme.acting(alice) as by:
        return make_activity(by, "visit", subject=subject, due_at=due, **more).id


def stands(acme: Workspace, alice: Person, record_id: UUID) -> tuple[str, int | None]:
    """When it is, on Alice's clock, and how many minutes it takes."""
    with acme.acting(alice) as by:
        found = read(by, record_id)
        return found.due_at.astimezone(by.zone).strftime("%Y-%m-%dT%H:%M"), found.minutes  # type: ignore[attr-defined]


def read(by: Actor, record_id: UUID) -> object:
    return fetch(registry().type("activity"), record_id, by)


def hour_high(page: Page) -> float:
    box = page.locator(".hour-names > li").first.bounding_box()
    assert box is not None
    return box["height"]


def drag(page: Page, what: Locator, across: float, down: float) -> None:
    what.hover()
    box = drawn(page).locator("[data-hours]").bounding_box()
    at = what.bounding_box()
    assert box is not None
    assert at is not None
    x, y = at["x"] + at["width"] / 2, at["y"] + min(at["height"] / 2, 8)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=8)
    page.mouse.up()


def entry(page: Page, record_id: UUID, day: str = DAY) -> Locator:
    return page.locator(f'[data-hours] [data-day="{day}"] #entry-{record_id}')


def test_a_week_begins_where_the_day_does_and_shows_when_things_are(
    page: Page, acme: Workspace, alice: Person, visit: UUID
) -> None:
    ready(page, WEEK)
    expect(page.locator(".hour-names > li").nth(9)).to_be_in_viewport(ratio=1)
    expect(page.locator(".hour-names > li").nth(6)).not_to_be_in_viewport()
    expect(entry(page, visit)).to_be_in_viewport(ratio=1)
    high, at = hour_high(page), entry(page, visit).bounding_box()
    column = page.locator(f'[data-hours] [data-day="{DAY}"]').bounding_box()
    assert at is not None
    assert column is not None
    assert at["y"] - column["y"] == pytest.approx(10 * high, abs=1)
    assert at["height"] == pytest.approx(high, abs=1)
    assert overflow(page) == 0


def test_an_entry_is_dragged_to_another_hour_and_another_day(
    page: Page, acme: Workspace, alice: Person, visit: UUID
) -> None:
    ready(page, WEEK)
    drag(page, entry(page, visit), 0, 1.5 * hour_high(page))
    expect(entry(page, visit)).to_have_attribute("data-at", "11:30")
    assert stands(acme, alice, visit) == (f"{DAY}T11:30", 60)
    column = page.locator(f'[data-hours] [data-day="{DAY}"]').bounding_box()
    assert column is not None
    # No further up: beside the edge, which is nine o'clock, a drag scrolls.
    drag(page, entry(page, visit), column["width"], -1 * hour_high(page))
    expect(entry(page, visit, AFTER)).to_have_attribute("data-at", "10:30")
    assert stands(acme, alice, visit) == (f"{AFTER}T10:30", 60)
    page.get_by_role("button", name="Undo").last.click()
    expect(entry(page, visit)).to_have_attribute("data-at", "11:30")


def test_the_lower_edge_is_dragged_to_make_it_longer(
    page: Page, acme: Workspace, alice: Person, visit: UUID
) -> None:
    ready(page, WEEK)
    drag(page, entry(page, visit).locator("[data-stretch]"), 0, 0.75 * hour_high(page))
    expect(entry(page, visit)).to_have_attribute("data-minutes", "105")
    assert stands(acme, alice, visit) == (f"{DAY}T10:00", 105)
    expect(page.locator("#drawer")).to_be_hidden()


def test_a_drag_that_is_given_up_changes_nothing(
    page: Page, acme: Workspace, alice: Person, visit: UUID
) -> None:
    ready(page, WEEK)
    grip = entry(page, visit).locator("[data-stretch]").bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + 20, grip["y"] + 3)
    page.mouse.down()
    page.mouse.move(grip["x"] + 20, grip["y"] + 90, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.mouse.move(grip["x"] + 20, grip["y"] - 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 20, grip["y"] + 90, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    settled(page)
    expect(page.locator(".is-ghost, .hour-mark")).to_have_count(0)
    expect(entry(page, visit)).to_have_attribute("data-version", "1")
    assert stands(acme, alice, visit) == (f"{DAY}T10:00", 60)


def test_keys_move_an_entry_by_quarters_and_days_and_make_it_longer(
    page: Page, acme: Workspace, alice: Person, visit: UUID
) -> None:
    ready(page, WEEK)
    link = page.locator(f"#entry-{visit} .entry-link")
    link.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(entry(page, visit)).to_have_attribute("data-at", "10:15")
    expect(link).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(entry(page, visit, AFTER)).to_have_attribute("data-at", "10:15")
    expect(link).to_be_focused()
    page.keyboard.press("+")
    expect(entry(page, visit, AFTER)).to_have_attribute("data-minutes", "75")
    expect(link).to_be_focused()
    page.keyboard.press("-")
    expect(entry(page, visit, AFTER)).to_have_attribute("data-minutes", "60")
    assert stands(acme, alice, visit) == (f"{AFTER}T10:15", 60)


def test_a_quarter_before_midnight_is_the_day_before(
    page: Page, acme: Workspace, alice: Person
) -> None:
    early = planned(acme, alice, "Early bird", f"{AFTER}T00:05")
    ready(page, WEEK)
    page.locator(f"#entry-{early} .entry-link").focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(entry(page, early)).to_have_attribute("data-at", "23:50")
    assert stands(acme, alice, early) == (f"{DAY}T23:50", None)


def test_a_press_among_the_hours_plans_something_then(
    page: Page, acme: Workspace, alice: Person
) -> None:
    ready(page, WEEK)
    column = page.locator(f'[data-hours] [data-day="{DAY}"]')
    column.click(position={"x": 40, "y": 13.6 * hour_high(page)})
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Due")).to_have_value(DAY)
    expect(drawer.get_by_label("Time of day")).to_have_value("13:30")
    drawer.get_by_label("Subject").fill("Visit the fair")
    drawer.get_by_role("button", name="Save", exact=True).click()
    expect(column.locator(".entry[data-at='13:30'] .entry-title")).to_have_text("Visit the fair")


def test_a_length_that_a_colleague_changed_meanwhile_stays_as_it_is(
    page: Page, windows: Windows, acme: Workspace, alice: Person, visit: UUID
) -> None:
    windows.watch.expect(409)
    ready(page, WEEK)
    with acme.acting(alice) as by:
        record = fetch(registry().type("activity"), visit, by, "update")
        perform("activity", "update", record, by=by, minutes=30)
    page.locator(f"#entry-{visit} .entry-link").focus()
    page.keyboard.press("+")
    expect(page.get_by_text("Somebody changed this record meanwhile")).to_be_visible()
    expect(entry(page, visit)).to_have_attribute("data-minutes", "30")
    assert stands(acme, alice, visit) == (f"{DAY}T10:00", 30)


def test_a_phone_shows_one_day_of_a_week_and_leads_to_the_others(
    windows: Windows, acme: Workspace, alice: Person, visit: UUID
) -> None:
    later = planned(acme, alice, "On Thursday", f"{AFTER}T09:00")
    phone = windows.open(alice, on_phone=True)
    ready(phone, WEEK)
    expect(entry(phone, visit)).to_be_in_viewport(ratio=1)
    expect(entry(phone, later, AFTER)).to_be_hidden()
    expect(phone.locator(".calendar-head .calendar-date:visible")).to_have_count(7)
    with arriving(phone):
        phone.get_by_role("link", name="Thursday 23 May").and_(phone.locator(":visible")).tap()
    expect(entry(phone, later, AFTER)).to_be_in_viewport(ratio=1)
    expect(entry(phone, visit)).to_be_hidden()
    assert overflow(phone) == 0
    with arriving(phone):
        swipe(phone, 260)
    expect(entry(phone, visit)).to_be_in_viewport(ratio=1)


def swipe(phone: Page, across: float) -> None:
    """A finger goes over the hours from left to right, or back where `across` is negative."""
    phone.locator("[data-hours]").evaluate(
        """(hours, across) => {
          const send = (type, x) => {
            const touch = new Touch({ identifier: 1, target: hours, clientX: x, clientY: 500 });
            const touches = type === 'touchstart' ? [touch] : [];
            const told = { bubbles: true, touches, changedTouches: [touch] };
            hours.dispatchEvent(new TouchEvent(type, told));
          };
          send('touchstart', 200 - across / 2);
          send('touchend', 200 + across / 2);
        }""",
        across,
    )


def test_a_phone_moves_and_lengthens_by_the_menu_of_an_entry(
    windows: Windows, acme: Workspace, alice: Person, visit: UUID
) -> None:
    phone = windows.open(alice, on_phone=True)
    ready(phone, f"/activities/calendar?span=day&on={DAY}")
    for item, name, value in (
        ("A quarter of an hour later", "data-at", "10:15"),
        ("A quarter of an hour longer", "data-minutes", "75"),
        ("A quarter of an hour shorter", "data-minutes", "60"),
        ("A quarter of an hour earlier", "data-at", "10:00"),
    ):
        phone.get_by_role("button", name="Move Visit them").tap()
        phone.get_by_role("menuitem", name=item).tap()
        expect(entry(phone, visit)).to_have_attribute(name, value)
    assert stands(acme, alice, visit) == (f"{DAY}T10:00", 60)


def test_the_line_of_now_stands_on_today_alone(page: Page, acme: Workspace, alice: Person) -> None:
    ready(page, "/activities/calendar?span=week")
    line = page.locator(".calendar-day.is-today > .hour-now")
    expect(line).to_have_count(1)
    expect(page.locator(".hour-now")).to_have_count(1)
    with acme.acting(alice) as by:
        now = by.now.astimezone(by.zone)
    at, column = line.bounding_box(), page.locator(".calendar-day.is-today").bounding_box()
    assert at is not None
    assert column is not None
    begins = datetime.combine(now.date(), time(), now.tzinfo)
    shown = begins + timedelta(days=(at["y"] - column["y"]) / column["height"])
    assert abs(shown - now) < timedelta(minutes=20)


def test_colleagues_are_ticked_and_stand_side_by_side(
    page: Page, acme: Workspace, alice: Person, bob: Person, visit: UUID
) -> None:
    with acme.acting(alice) as by:
        his = make_activity(
            by, "call", subject="Bob's", due_at=f"{DAY}T10:00", owner_id=str(bob.user_id)
        ).id
    ready(page, f"/activities/calendar?span=day&on={DAY}")
    page.get_by_role("link", name="Colleagues…").click()
    drawer = page.locator("#drawer")
    for name in ("Alice Archer", "Bob Baker"):
        drawer.get_by_label(name).check()
    with arriving(page):
        drawer.get_by_role("button", name="Apply").click()
    hers = page.get_by_role("region", name="Alice Archer")
    theirs = page.get_by_role("region", name="Bob Baker")
    expect(hers.locator(f"#entry-{visit}")).to_be_visible()
    expect(theirs.locator(f"#entry-{his}")).to_be_visible()
    # An entry stays with whose it is: their column alone takes it.
    column = theirs.bounding_box()
    assert column is not None
    drag(page, page.locator(f"#entry-{visit}"), column["width"], hour_high(page))
    drag(page, page.locator(f"#entry-{his}"), 0, hour_high(page))
    expect(theirs.locator(f"#entry-{his}")).to_have_attribute("data-at", "11:00")
    assert stands(acme, alice, visit) == (f"{DAY}T10:00", 60)
    theirs.click(position={"x": 60, "y": 14.2 * hour_high(page)})
    expect(page.locator("#drawer").get_by_label("Due")).to_have_value(DAY)
    expect(page.locator("#drawer").get_by_label("Time of day")).to_have_value("14:00")
    expect(page.locator("#drawer [name=owner_id]")).to_have_value(str(bob.user_id))


def test_a_phone_sweeps_from_colleague_to_colleague(
    windows: Windows, alice: Person, bob: Person, dora: Person, visit: UUID
) -> None:
    phone = windows.open(alice, on_phone=True)
    people = ",".join(str(one.user_id) for one in (alice, bob, dora))
    ready(phone, f"/activities/calendar?span=day&on={DAY}&owner_id__in={people}")
    expect(phone.locator(f"#entry-{visit}")).to_be_in_viewport(ratio=1)
    last = phone.locator(".calendar-head").last
    expect(last).not_to_be_in_viewport(ratio=1)
    phone.locator(".calendar").evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    expect(last).to_be_in_viewport(ratio=1)
    assert overflow(phone) == 0


@pytest.mark.parametrize("minutes", [30, 60])
def test_on_a_phone_the_subject_comes_before_the_firm_and_no_button_lies_over_it(
    windows: Windows, acme: Workspace, alice: Person, minutes: int
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Consolidated Fences and Gates of the North Riding").id
    subject = "Go through the contract for all the gates"
    firm_too = {"account_id": firm, "minutes": minutes}
    record_id = planned(acme, alice, subject, f"{DAY}T10:00", **firm_too)
    phone = ready(windows.open(alice, on_phone=True), f"/activities/calendar?span=day&on={DAY}")
    title, button, shown = drawn(phone).evaluate(
        """id => {
            const entry = document.getElementById(`entry-${id}`);
            const boxes = ['.entry-title', '.card-more'].map((name) =>
                entry.querySelector(name).getBoundingClientRect());
            return [...boxes.map((box) => [box.left, box.right]), entry.clientWidth];
        }""",
        str(record_id),
    )
    assert title[1] <= button[0]
    assert title[1] - title[0] > shown * 0.7
    assert overflow(phone) == 0
