"""Boards and calendars in a real browser: by mouse, by keys, by menu, on a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app.kernel.actor import Actor
from app.records.access import fetch
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.registry import registry
from app.records.tailored import tailored
from tests.browser.visitor import Windows, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity


@pytest.fixture
def birch(acme: Workspace, alice: Person) -> UUID:
    """A prospect between two others."""
    with acme.acting(alice) as by:
        for name in ("Alder & Co", "Cedar Works"):
            make_account(by, name)
        return make_account(by, "Birch Ltd").id


def lifecycle(acme: Workspace, alice: Person, record_id: UUID) -> object:
    with acme.acting(alice) as by:
        return record(by, "account", record_id).lifecycle  # type: ignore[attr-defined]


def record(by: Actor, kind: str, record_id: UUID) -> object:
    return fetch(registry().type(kind), record_id, by, "update")


def drag(page: Page, card: str, place: str) -> None:
    page.locator(card).hover()
    page.mouse.down()
    box = page.locator(place).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=8)
    page.mouse.up()


def test_a_phone_s_calendar_begins_at_today_and_the_button_leads_back(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first = by.today().replace(day=1)
        for day in range((by.today() - first).days + 1):
            for number in range(3):
                due = f"{first + timedelta(days=day)}T{9 + number:02}:00:00+00:00"
                make_activity(by, "task", subject=f"Task {number}", due_at=due)
    phone = windows.open(alice, on_phone=True)
    ready(phone, "/activities/calendar")
    today = phone.locator(".calendar-day.is-today")
    expect(today.locator("header")).to_be_in_viewport(ratio=1)
    expect(today).to_have_attribute("aria-current", "date")
    times = today.locator(".entry-time").all_inner_texts()
    assert times == sorted(times)
    assert len(times) == 3
    phone.locator(".calendar-steps").get_by_role("link", name="Next").click()
    expect(today).to_have_count(0)
    phone.locator(".calendar-steps").get_by_role("link", name="Today").click()
    expect(today.locator("header")).to_be_in_viewport(ratio=1)


def test_a_card_is_dragged_to_another_column_and_taken_back(
    page: Page, acme: Workspace, alice: Person, birch: UUID
) -> None:
    ready(page, "/accounts/board?sort=name")
    drag(page, f"#card-{birch}", '[data-column="customer"]')
    moved = page.locator('[data-column="customer"] .card-title')
    expect(moved).to_have_text(["Birch Ltd"])
    expect(page.locator("#column-head-customer .badge")).to_have_text("1")
    expect(page.locator("#column-head-prospect .badge")).to_have_text("2")
    assert lifecycle(acme, alice, birch) == "customer"
    page.get_by_role("button", name="Undo").click()
    expect(moved).to_have_count(0)
    expect(page.locator("#column-head-prospect .badge")).to_have_text("3")
    assert lifecycle(acme, alice, birch) == "prospect"


def test_a_press_without_a_move_opens_the_record(page: Page, birch: UUID) -> None:
    ready(page, "/accounts/board")
    page.locator(f"#card-{birch} .card-foot").click()
    expect(page.get_by_role("heading", name="Birch Ltd")).to_be_visible()


def test_cards_are_walked_and_moved_by_keys(
    page: Page, acme: Workspace, alice: Person, birch: UUID
) -> None:
    ready(page, "/accounts/board?sort=name")
    page.get_by_role("link", name="Alder & Co").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Birch Ltd")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator('[data-column="customer"] .card-title')).to_have_text(["Birch Ltd"])
    expect(page.locator("#column-head-customer .badge")).to_have_text("1")
    expect(page.get_by_role("link", name="Birch Ltd")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#column-head-former .badge")).to_have_text("1")
    expect(page.get_by_role("link", name="Birch Ltd")).to_be_focused()
    assert lifecycle(acme, alice, birch) == "former"
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name="Alder & Co")).to_be_focused()


def test_a_card_is_moved_by_its_menu_on_a_phone(
    windows: Windows, acme: Workspace, alice: Person, birch: UUID
) -> None:
    phone = windows.open(alice, on_phone=True)
    ready(phone, "/accounts/board")
    phone.get_by_role("button", name="Move Birch Ltd").tap()
    phone.get_by_role("menuitem", name="Move to Former customer").tap()
    expect(phone.locator("#column-head-former .badge")).to_have_text("1")
    assert lifecycle(acme, alice, birch) == "former"
    assert overflow(phone) == 0


def test_a_card_that_a_colleague_changed_goes_back(
    page: Page, windows: Windows, acme: Workspace, alice: Person, birch: UUID
) -> None:
    windows.watch.expect(409)
    ready(page, "/accounts/board?sort=name")
    with acme.acting(alice) as by:
        perform("account", "update", record(by, "account", birch), by=by, city="York")
    page.get_by_role("link", name="Birch Ltd").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Somebody changed this record meanwhile")).to_be_visible()
    expect(page.locator('[data-column="customer"] .card-title')).to_have_count(0)
    expect(page.locator(f"#card-{birch}")).to_have_attribute("data-version", "2")
    assert lifecycle(acme, alice, birch) == "prospect"
    page.locator(f"#card-{birch} .card-title").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#column-head-customer .badge")).to_have_text("1")


def test_a_move_that_needs_more_opens_the_form_with_its_value(
    page: Page, windows: Windows, acme: Workspace, alice: Person, birch: UUID
) -> None:
    windows.watch.expect(422)
    with acme.acting(alice) as by:
        needed = [{"field": "lifecycle", "op": "eq", "value": "customer"}]
        wish = Wish({"en": "Contract number"}, conditions={"required": needed})
        define_field(by, tailored("account", by), "text", wish)
    ready(page, "/accounts/board")
    page.get_by_role("button", name="Move Birch Ltd").click()
    page.get_by_role("menuitem", name="Move to Customer").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Lifecycle")).to_have_value("customer")
    drawer.get_by_text("More fields").click()
    drawer.get_by_label("Contract number").fill("C-7")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator('[data-column="customer"] .card-title')).to_have_text(["Birch Ltd"])
    assert lifecycle(acme, alice, birch) == "customer"


def test_a_card_is_dropped_on_an_action(page: Page, acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ring them", due_at="2030-01-01T09:00").id
    ready(page, "/activities/board")
    card = page.locator(f"#card-{task}")
    card.hover()
    page.mouse.down()
    page.mouse.move(600, 500, steps=4)
    complete = page.locator('[data-zone="complete"]')
    expect(complete).to_be_visible()
    zone = complete.bounding_box()
    assert zone is not None
    page.mouse.move(zone["x"] + 20, zone["y"] + 20, steps=8)
    page.mouse.up()
    expect(page.get_by_text("Marked as done: Ring them")).to_be_visible()
    with acme.acting(alice) as by:
        assert record(by, "activity", task).done_at is not None  # type: ignore[attr-defined]


def test_typing_narrows_the_board_in_place(page: Page, birch: UUID) -> None:
    ready(page, "/accounts/board")
    page.get_by_role("searchbox").press_sequentially("birch")
    expect(page.locator("#list .card-title")).to_have_text(["Birch Ltd"])
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.locator("#list .who-name").first).to_be_visible()
    expect(page.locator("#list .card-title")).to_have_count(0)


@pytest.fixture
def task(acme: Workspace, alice: Person) -> UUID:
    """Something to do this Wednesday at ten, as London's clocks have it."""
    with acme.acting(alice) as by:
        day = wednesday(by.now)
        return make_activity(by, "task", subject="Ring them", due_at=f"{day}T10:00").id


def wednesday(now: datetime) -> str:
    today = now.astimezone(UTC).date()
    return (today + timedelta(days=2 - today.weekday())).isoformat()


def due_day(acme: Workspace, alice: Person, task: UUID) -> str:
    with acme.acting(alice) as by:
        due = record(by, "activity", task).due_at  # type: ignore[attr-defined]
        return str(due.astimezone(by.zone).date().isoformat())


def test_an_entry_is_dragged_and_carried_to_another_day(
    page: Page, acme: Workspace, alice: Person, task: UUID
) -> None:
    ready(page, "/activities/calendar")
    day = datetime.fromisoformat(due_day(acme, alice, task)).date()
    after = (day + timedelta(days=1)).isoformat()
    drag(page, f"#entry-{task}", f'[data-day="{after}"]')
    expect(page.locator(f'[data-day="{after}"] #entry-{task}')).to_be_visible()
    assert due_day(acme, alice, task) == after
    page.locator(f"#entry-{task} .entry-link").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(f'[data-day="{day}"] #entry-{task}')).to_be_visible()
    expect(page.locator(f"#entry-{task} .entry-link")).to_be_focused()
    assert due_day(acme, alice, task) == day.isoformat()
    page.get_by_role("button", name="Move Ring them").click()
    page.get_by_role("menuitem", name="A day later").click()
    expect(page.locator(f'[data-day="{after}"] #entry-{task}')).to_be_visible()


def test_a_press_on_a_day_plans_something_on_it(page: Page, task: UUID) -> None:
    ready(page, "/activities/calendar?on=2030-05-20")
    page.locator('[data-day="2030-05-22"]').click(position={"x": 60, "y": 90})
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Due")).to_have_value("2030-05-22")
    expect(drawer.get_by_label("Time of day")).to_have_value("09:00")
    drawer.get_by_label("Subject").fill("Visit the fair")
    drawer.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator('[data-day="2030-05-22"] .entry-title')).to_have_text("Visit the fair")


def test_a_phone_lists_the_days_that_hold_something(
    windows: Windows, acme: Workspace, alice: Person, task: UUID
) -> None:
    phone = windows.open(alice, on_phone=True)
    ready(phone, f"/activities/calendar?on={due_day(acme, alice, task)}")
    expect(phone.locator(f"#entry-{task}")).to_be_visible()
    free = phone.locator(".calendar-day.is-free:not(.is-today)")
    expect(free.first).to_be_hidden()
    assert overflow(phone) == 0
