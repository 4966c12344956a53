"""What is due on a day and at no hour stands over the hours, and is moved between the two."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.crm.models import Activity
from app.identity.models import User
from app.kernel.days import end_of
from tests.cast import Person, Workspace, visitor
from tests.conftest import Clock
from tests.factories import make_activity
from tests.records.exports.test_feed import address_of, entries
from tests.records.pages.conftest import statements
from tests.records.pages.test_calendar import BUDGET, on_days
from tests.records.pages.test_calendar_hours import among_hours, over_hours

READERS = ("Europe/London", "Asia/Shanghai", "America/New_York", "Pacific/Auckland")
LONDON = ZoneInfo("Europe/London")
MONTH, WEEK, DAY = (
    f"/activities/calendar?span={span}&on=2026-11-20" for span in ("month", "week", "day")
)


@pytest.fixture(autouse=True)
def _in_november(clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 18, 12, 40, tzinfo=UTC))


@pytest.fixture
def task(acme: Workspace, bob: Person) -> UUID:
    return plan(acme, bob, "Stocktaking", "2026-11-20")


def plan(acme: Workspace, bob: Person, subject: str, due: str, **more: Any) -> UUID:
    with acme.acting(bob) as by:
        return make_activity(by, "task", subject=subject, due_at=due, **more).id


def live_in(person: Person, zone: str) -> None:
    with person.workspace.scope() as session:
        session.get_one(User, person.user_id).zone = zone


def held(acme: Workspace, task: UUID) -> tuple[datetime | None, bool]:
    with acme.scope() as session:
        found = session.get_one(Activity, task)
        return found.due_at, found.all_day


@pytest.mark.parametrize("zone", READERS)
def test_it_stands_over_the_hours_of_its_day_for_every_reader(
    acme: Workspace, bob: Person, task: UUID, zone: str
) -> None:
    live_in(bob, zone)
    assert on_days(bob.client.get(MONTH).text) == {"2026-11-20": ["Stocktaking"]}
    for place in (WEEK, DAY):
        page = bob.client.get(place).text
        assert over_hours(page) == {"2026-11-20": ["Stocktaking"]}
        assert among_hours(page) == {}
        assert "23:59" not in page
        assert "data-all-day" in page


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize("zone", READERS)
def test_a_day_on_which_clocks_change_is_one_day(
    acme: Workspace, bob: Person, day: str, zone: str
) -> None:
    plan(acme, bob, "Stocktaking", day)
    live_in(bob, zone)
    page = bob.client.get(f"/activities/calendar?span=week&on={day}").text
    assert over_hours(page) == {day: ["Stocktaking"]}


def test_what_takes_days_stands_on_each_of_them(acme: Workspace, bob: Person) -> None:
    plan(acme, bob, "Fair", "2026-11-18", minutes="2880")
    for zone in READERS:
        live_in(bob, zone)
        expected = {"2026-11-18": ["Fair"], "2026-11-19": ["Fair"]}
        assert over_hours(bob.client.get(WEEK).text) == expected
        assert on_days(bob.client.get(MONTH).text) == expected


@pytest.mark.parametrize("zone", READERS)
def test_it_is_moved_to_another_day_to_an_hour_and_back(
    acme: Workspace, bob: Person, task: UUID, zone: str
) -> None:
    live_in(bob, zone)
    move(bob, task, day="2026-11-21")
    assert held(acme, task) == (end_of(date(2026, 11, 21), LONDON), True)
    move(bob, task, day="2026-11-21", time="14:30")
    assert held(acme, task) == (datetime(2026, 11, 21, 14, 30, tzinfo=ZoneInfo(zone)), False)
    move(bob, task, day="2026-11-22", all_day="1")
    assert held(acme, task) == (end_of(date(2026, 11, 22), LONDON), True)


def move(person: Person, task: UUID, **sent: str) -> None:
    answer = person.client.post(f"/activities/{task}/move", data={"field": "due_at", **sent})
    assert answer.status_code == 303


def test_a_move_tells_the_day_and_is_taken_back(acme: Workspace, bob: Person, task: UUID) -> None:
    live_in(bob, "Pacific/Auckland")
    answer = bob.client.post(
        f"/activities/{task}/move",
        data={"field": "due_at", "day": "2026-11-24"},
        follow_redirects=True,
    )
    assert "Stocktaking: 24 Nov" in answer.text
    assert "24 Nov, " not in answer.text


def test_a_calendar_of_somebody_far_away_takes_no_more_statements(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    for zone in READERS:
        live_in(bob, zone)
        bob.client.get(WEEK)
        with statements() as seen:
            bob.client.get(WEEK)
        assert len(seen) <= BUDGET


@pytest.mark.parametrize("zone", READERS)
def test_a_program_that_fetches_the_calendar_gets_a_day(
    app: Flask, acme: Workspace, bob: Person, task: UUID, zone: str
) -> None:
    plan(acme, bob, "Fair", "2026-11-23", minutes="2880")
    live_in(bob, zone)
    answer = visitor(app, acme).get(address_of(bob))
    assert b"DTSTART;VALUE=DATE:20261120" in answer.data
    found = entries(answer)
    told = {name: (one.decoded("dtstart"), one.decoded("dtend")) for name, one in found.items()}
    assert told == {
        "Stocktaking": (date(2026, 11, 20), date(2026, 11, 21)),
        "Fair": (date(2026, 11, 23), date(2026, 11, 25)),
    }


def heads(html: str) -> list[str]:
    """What stands over the hours of each day."""
    return re.split('<div class="calendar-head[" ]', html.partition("data-hours")[0])[1:]


def test_what_is_pressed_over_the_hours_is_planned_for_the_whole_day(
    acme: Workspace, bob: Person, dora: Person
) -> None:
    for page in (WEEK, DAY):
        (head,) = (
            one for one in heads(bob.client.get(page).text) if 'data-day="2026-11-20"' in one
        )
        told = re.search(r'calendar-add" href="([^"]+)"[^>]*aria-label="([^"]+)"', head)
        assert told is not None
        assert "Add a whole day on" in told[2]
        form = bob.client.get(unescape(told[1])).text
        assert re.search(r'type="date" value="2026-11-20"', form)
        assert re.search(r'value="no_hour"[^>]* checked', form)
    assert "calendar-add" not in dora.client.get(WEEK).text


def test_a_column_of_a_colleague_plans_their_whole_day(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    both = f"{DAY}&owner_id__in={alice.user_id},{bob.user_id}"
    (his,) = (
        one for one in heads(alice.client.get(both).text) if f'data-owner="{bob.user_id}"' in one
    )
    told = re.search(r'href="([^"]+due_at=2026-11-20[^"T]*)"', his)
    assert told is not None
    assert f"owner_id={bob.user_id}" in told[1]
    assert "Add a whole day for Bob" in his
