"""Calendars: what stands on which day of the reader's own calendar, and moving it to another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.access import fetch
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.lenses.days import beside, days_shown, read_day
from app.records.pages import calendar
from app.records.query import days
from app.records.registry import registry
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity
from tests.records.pages.conftest import Fence

HTMX = {"HX-Request": "true", "HX-Target": "section#list"}
BUDGET = 11
NOVEMBER = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_november(clock: Clock) -> None:
    clock.move_to(NOVEMBER)


def on_days(html: str) -> dict[str, list[str]]:
    """The titles of what stands on each day that holds something."""
    found = {}
    for part in html.split('<section class="calendar-day')[1:]:
        day = re.search(r'data-day="([^"]+)"', part)
        titles = re.findall(r'<span class="entry-title">([^<]*)</span>', part)
        if day and titles:
            found[day[1]] = [unescape(one) for one in titles]
    return found


def shown_days(html: str) -> list[str]:
    return re.findall(r'<section [^>]*data-day="([^"]+)"', html)


def plan(acme: Workspace, person: Person, subject: str, due: str, **more: Any) -> UUID:
    """A task of the person's, due on the clock of London."""
    with acme.acting(person) as by:
        account = make_account(by)
        about = {"account_id": str(account.id)}
        made = make_activity(by, "task", subject=subject, due_at=due, **{**about, **more})
        return made.id


def due_at(acme: Workspace, alice: Person, record_id: UUID) -> datetime:
    with acme.acting(alice) as by:
        found: datetime = fetch(registry().type("activity"), record_id, by).due_at  # type: ignore[attr-defined]
        return found


def test_what_is_planned_stands_on_its_day(acme: Workspace, alice: Person) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    plan(acme, alice, "Visit them", "2026-11-20T15:00")
    plan(acme, alice, "Next year", "2027-02-01T09:00")
    page = alice.client.get("/activities/calendar")
    assert on_days(page.text) == {"2026-11-20": ["Ring them", "Visit them"]}
    assert "November 2026" in page.text
    assert re.search(r'is-today[^>]* data-day="2026-11-18"', page.text)


def test_a_month_has_whole_weeks_from_the_day_on_which_the_readers_week_begins(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    british = shown_days(alice.client.get("/activities/calendar?on=2026-11-05").text)
    assert (british[0], british[-1], len(british)) == ("2026-10-26", "2026-12-06", 42)
    american = shown_days(charlie.client.get("/activities/calendar?on=2026-11-05").text)
    assert (american[0], american[-1], len(american)) == ("2026-11-01", "2026-12-05", 35)


def test_a_week_and_a_day_show_more_of_less(acme: Workspace, alice: Person) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    week = alice.client.get("/activities/calendar?span=week&on=2026-11-20").text
    assert shown_days(week) == [f"2026-11-{number}" for number in range(16, 23)]
    day = alice.client.get("/activities/calendar?span=day&on=2026-11-20").text
    assert shown_days(day) == ["2026-11-20"]
    assert on_days(week) == on_days(day) == {"2026-11-20": ["Ring them"]}


def test_months_lead_to_their_neighbours_and_back_to_today(alice: Person) -> None:
    page = alice.client.get("/activities/calendar?on=2026-12-31")
    assert 'rel="next"' in page.text
    assert "/activities/calendar?on=2027-01-01" in page.text
    assert "/activities/calendar?on=2026-11-01" in page.text
    assert "/activities/calendar?on=2026-11-18" in page.text


@pytest.mark.parametrize("on", ["nonsense", "2026-02-30", "0001-01-01", "9999-12-31", "2200-01-01"])
def test_a_day_that_cannot_be_shown_is_today(alice: Person, on: str) -> None:
    page = alice.client.get(f"/activities/calendar?on={on}")
    assert page.status_code == 200
    assert "November 2026" in page.text


def test_an_hour_belongs_to_the_day_of_the_readers_zone(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    moment = "2026-11-20T02:30:00Z"
    plan(acme, alice, "At night", moment)
    plan(globex, charlie, "In the evening", moment)
    assert on_days(alice.client.get("/activities/calendar").text) == {"2026-11-20": ["At night"]}
    there = charlie.client.get("/activities/calendar").text
    assert on_days(there) == {"2026-11-19": ["In the evening"]}
    assert "9:30 PM" in there


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2027-03-28", "2027-03-28T00:00:00Z", "2027-03-28T22:59:00Z"),  # 23 hours in London.
        ("2026-10-25", "2026-10-24T23:00:00Z", "2026-10-25T23:59:00Z"),  # 25 hours.
    ],
)
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(
    acme: Workspace, alice: Person, day: str, first: str, last: str
) -> None:
    plan(acme, alice, "First", first)
    plan(acme, alice, "Last", last)
    page = alice.client.get(f"/activities/calendar?on={day}&span=day")
    assert on_days(page.text) == {day: ["First", "Last"]}


def test_a_full_day_tells_of_the_rest_and_opens(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        plan(acme, alice, f"Task {number}", f"2026-11-20T{9 + number:02}:00")
    page = alice.client.get("/activities/calendar")
    assert on_days(page.text) == {"2026-11-20": ["Task 0", "Task 1", "Task 2"]}
    more = re.search(r'<a class="calendar-more" href="([^"]+)">\+3 more<', page.text)
    assert more is not None
    whole = alice.client.get(unescape(more[1]))
    assert len(on_days(whole.text)["2026-11-20"]) == 6
    monkeypatch.setattr(days, "COUNTED", 5)
    monkeypatch.setattr(calendar, "COUNTED", 5)
    assert "+3+ more" in alice.client.get("/activities/calendar").text


def test_a_day_that_is_just_full_shows_all_it_has(acme: Workspace, alice: Person) -> None:
    for number in range(4):
        plan(acme, alice, f"Task {number}", f"2026-11-20T{9 + number:02}:00")
    page = alice.client.get("/activities/calendar")
    assert len(on_days(page.text)["2026-11-20"]) == 4
    assert "more<" not in page.text


def test_the_lists_filters_and_search_narrow_the_calendar(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    plan(acme, bob, "Bob's own", "2026-11-20T10:00")
    mine = alice.client.get("/activities/calendar?owner_id=me")
    assert on_days(mine.text) == {"2026-11-20": ["Ring them"]}
    assert 'href="/activities/calendar?on=2026-11-18">Everyone<' in mine.text
    found = alice.client.get("/activities/calendar?q=own")
    assert on_days(found.text) == {"2026-11-20": ["Bob's own"]}
    part = alice.client.get("/activities/calendar?q=own", headers=HTMX)
    assert "<html" not in part.text


def test_a_reader_sees_what_they_may_read(acme: Workspace, alice: Person, bob: Person) -> None:
    secret = plan(acme, alice, "Secret plan", "2026-11-20T09:00")
    plan(acme, bob, "Bob's own", "2026-11-20T10:00")
    assert on_days(bob.client.get("/activities/calendar").text) == {"2026-11-20": ["Bob's own"]}
    sent = {"field": "due_at", "day": "2026-11-25"}
    assert bob.client.post(f"/activities/{secret}/move", data=sent).status_code == 404


def test_what_is_moved_keeps_its_time_of_day_and_can_be_taken_back(
    acme: Workspace, alice: Person
) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    answer = alice.client.post(
        f"/activities/{task}/move",
        data={"field": "due_at", "day": "2027-06-01", "version": "1"},
        headers=HTMX,
    )
    assert answer.headers["HX-Trigger"] == "records-changed"
    moved = due_at(acme, alice, task)
    assert moved == datetime(2027, 6, 1, 8, 15, tzinfo=UTC), "summer time is an hour ahead"
    undo = re.search(r'action="([^"]+/move[^"]+)"', answer.text)
    assert undo is not None
    alice.client.post(unescape(undo[1]), headers=HTMX)
    assert due_at(acme, alice, task) == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


def test_an_hour_that_a_day_does_not_have_is_the_one_after(acme: Workspace, alice: Person) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T01:30")
    sent = {"field": "due_at", "day": "2027-03-28"}
    alice.client.post(f"/activities/{task}/move", data=sent, headers=HTMX)
    assert due_at(acme, alice, task) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_move_that_comes_second_changes_nothing(acme: Workspace, alice: Person) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    with acme.acting(alice) as by:
        record = fetch(registry().type("activity"), task, by, "update")
        perform("activity", "update", record, by=by, subject="Ring Frank")
    answer = alice.client.post(
        f"/activities/{task}/move",
        data={"field": "due_at", "day": "2026-11-25", "version": "1"},
        headers=HTMX,
    )
    assert answer.status_code == 409
    assert due_at(acme, alice, task).day == 20


@pytest.mark.parametrize("day", ["nonsense", "2026-02-30", "0001-01-01", ""])
def test_no_day_is_no_move(acme: Workspace, alice: Person, day: str) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    sent = {"field": "due_at", "day": day}
    answer = alice.client.post(f"/activities/{task}/move", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert due_at(acme, alice, task).day == 20


def test_a_day_offers_to_plan_something_on_it(acme: Workspace, alice: Person, dora: Person) -> None:
    page = alice.client.get("/activities/calendar?on=2026-11-05")
    link = re.search(r'href="([^"]+)" data-drawer aria-label="Add on Friday 20 Nov"', page.text)
    assert link is not None
    form = alice.client.get(unescape(link[1]))
    assert 'type="date" value="2026-11-20"' in form.text
    assert 'name="due_at" value="09:00"' in form.text
    assert 'name="next" value="/activities/calendar?on=2026-11-05"' in form.text
    assert "calendar-add" not in dora.client.get("/activities/calendar").text


def test_what_is_over_is_late_or_done(acme: Workspace, alice: Person) -> None:
    plan(acme, alice, "Late", "2026-11-17T09:00")
    done = plan(acme, alice, "Done", "2026-11-17T10:00")
    alice.client.post(f"/activities/{done}/complete")
    page = alice.client.get("/activities/calendar").text
    entries = {
        title: one for one in page.split("<li ") for title in re.findall(">(Late|Done)<", one)
    }
    assert "is-late" in entries["Late"]
    assert "is-done" in entries["Done"]
    assert "is-late" not in entries["Done"]


def test_a_hidden_date_makes_no_calendar(acme: Workspace, dora: Person) -> None:
    with acme.scope() as session:
        role = session.get_one(User, dora.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field="due_at", access=hidden)
        )
        role.stamp = new_id()
    page = dora.client.get("/activities/calendar")
    assert page.status_code == 422
    assert "There is no calendar by this field" in page.text


def test_an_own_date_makes_a_calendar_too(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        wish = Wish({"en": "Contract ends"})
        key = define_field(by, tailored("account", by), "day", wish).key
    with acme.acting(alice) as by:
        record = make_account(by, "Fence & Sons", **{key: "2026-11-30"}).id
    page = alice.client.get(f"/accounts/calendar?by={key}")
    assert on_days(page.text) == {"2026-11-30": ["Fence & Sons"]}
    sent = {"field": key, "day": "2026-12-01"}
    assert alice.client.post(f"/accounts/{record}/move", data=sent, headers=HTMX).status_code == 200
    page = alice.client.get(f"/accounts/calendar?by={key}")
    assert on_days(page.text) == {"2026-12-01": ["Fence & Sons"]}


def test_a_date_that_the_product_keeps_is_shown_and_not_moved(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    page = alice.client.get("/accounts/calendar?on=2030-01-01")
    assert on_days(page.text) == {"2030-01-01": ["Fence & Sons"]}
    assert "data-may-move" not in page.text


def test_a_calendar_takes_few_statements_and_no_more_with_more_entries(
    acme: Workspace, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    few = count_statements(alice, "/activities/calendar")
    assert few <= BUDGET
    for number in range(12):
        plan(acme, alice, f"Task {number}", f"2026-11-{10 + number}T09:00")
    assert count_statements(alice, "/activities/calendar") == few


def test_the_rail_leads_to_ones_own_calendar_and_marks_it_alone(alice: Person) -> None:
    page = alice.client.get("/activities/calendar?owner_id=me")
    current = re.findall(r'<a class="nav-item" href="([^"]+)" aria-current', page.text)
    assert current == ["/activities/calendar?owner_id=me"]


def test_days_around_one_are_whole_weeks(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        february = days_shown("month", date(2027, 2, 14), by)
        assert (february[0], february[-1]) == (date(2027, 2, 1), date(2027, 2, 28))
        assert beside("month", date(2026, 12, 31), 1) == date(2027, 1, 1)
        assert beside("month", date(2026, 1, 31), -1) == date(2025, 12, 1)
        assert beside("week", date(2026, 12, 31), 1) == date(2027, 1, 7)
        assert read_day("2026-11-05", by) == date(2026, 11, 5)
        for edge in ("1901-01-01", "2199-12-31"):
            assert len(days_shown("month", read_day(edge, by), by)) % 7 == 0


def test_the_few_lines_of_a_day_are_for_what_is_open_and_for_whole_days_first(
    acme: Workspace, alice: Person
) -> None:
    for hour in (8, 9):
        done = plan(acme, alice, f"Done at {hour}", f"2026-11-20T{hour:02}:00")
        alice.client.post(f"/activities/{done}/complete")
    over = plan(acme, alice, "Done, the whole day", "2026-11-20")
    alice.client.post(f"/activities/{over}/complete")
    plan(acme, alice, "Ring at ten", "2026-11-20T10:00")
    plan(acme, alice, "Ring at eleven", "2026-11-20T11:00")
    plan(acme, alice, "Fair", "2026-11-20")
    plan(acme, alice, "Trip", "2026-11-20T12:00", minutes=1440)
    page = alice.client.get("/activities/calendar")
    assert on_days(page.text)["2026-11-20"] == ["Trip", "Fair", "Ring at ten"]
    assert "+4 more<" in page.text
    plan(acme, alice, "Long trip", "2026-11-17T12:00", minutes=5 * 1440)
    page = alice.client.get("/activities/calendar")
    assert on_days(page.text)["2026-11-20"] == ["Long trip", "Trip", "Fair"]


def test_a_day_of_very_many_still_shows_its_whole_days(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "RANKED", 3)
    for number in range(6):
        plan(acme, alice, f"Task {number}", f"2026-11-20T{9 + number:02}:00")
    plan(acme, alice, "Fair", "2026-11-20")
    page = alice.client.get("/activities/calendar")
    assert on_days(page.text) == {"2026-11-20": ["Fair", "Task 0", "Task 1"]}


def test_who_does_not_see_what_is_done_is_not_told_by_the_order(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    done = plan(acme, alice, "Done", "2026-11-20T08:00")
    alice.client.post(f"/activities/{done}/complete")
    plan(acme, alice, "Open", "2026-11-20T09:00")
    assert on_days(dora.client.get("/activities/calendar").text)["2026-11-20"] == ["Open", "Done"]
    with acme.scope() as session:
        role = session.get_one(User, dora.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field="done_at", access=hidden)
        )
        role.stamp = new_id()
    assert on_days(dora.client.get("/activities/calendar").text)["2026-11-20"] == ["Done", "Open"]
