"""The hours of a week and of a day: what stands where, how high, and beside what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.access import fetch
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.worktime import operations
from app.records.worktime.reading import Wish as Hours
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity
from tests.records.pages.test_calendar import BUDGET, HTMX, due_at, on_days, plan

WEEK = "/activities/calendar?span=week&on=2026-11-20"
DAY = "/activities/calendar?span=day&on=2026-11-20"


@pytest.fixture(autouse=True)
def _in_november(clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 18, 12, 40, tzinfo=UTC))


def among_hours(html: str) -> dict[str, dict[str, str]]:
    """The place of each entry among the hours of each day, by its title."""
    found: dict[str, dict[str, str]] = {}
    for part in html.split('<section class="calendar-day')[1:]:
        day = re.search(r'data-day="([^"]+)"', part)
        entries = re.findall(r'<li class="entry([^"]*)".*?class="entry-title">([^<]*)<', part)
        for classes, title in entries:
            place = classes[classes.index("h-") :] if "h-" in classes else ""
            found.setdefault(day[1] if day else "", {})[unescape(title)] = place
    return found


def over_hours(html: str) -> dict[str, list[str]]:
    """The titles of what stands over the hours of each day, as it lasts a day or more."""
    found = {}
    for part in html.split('<div class="calendar-head')[2:]:
        head = part.split('<div class="calendar-hours')[0]
        day = re.search(r'data-day="([^"]+)"', head)
        if day and (titles := re.findall(r'class="entry-title">([^<]*)<', head)):
            found[day[1]] = titles
    return found


@pytest.mark.parametrize("page", [WEEK, DAY])
def test_an_entry_stands_at_its_time_as_high_as_it_lasts(
    acme: Workspace, alice: Person, page: str
) -> None:
    plan(acme, alice, "Visit them", "2026-11-20T09:35", minutes=90)
    plan(acme, alice, "Ring them", "2026-11-20T14:00")
    shown = alice.client.get(page)
    assert among_hours(shown.text) == {
        "2026-11-20": {
            "Visit them": "h-9 m-7 high-1 and-6 lane-0 of-1",
            "Ring them": "h-14 m-0 high-0 and-6 lane-0 of-1",  # Half an hour, as it says nothing.
        }
    }
    assert ">09:35–11:05<" in shown.text
    assert ">14:00<" in shown.text


def test_what_overlaps_stands_side_by_side_and_the_rest_is_counted(
    acme: Workspace, alice: Person
) -> None:
    for number in range(5):
        plan(acme, alice, f"Task {number}", f"2026-11-20T09:{number:02}")
    shown = alice.client.get(WEEK).text
    places = among_hours(shown)["2026-11-20"]
    assert [place[-11:] for place in places.values()] == ["lane-0 of-3", "lane-1 of-3"]
    more = re.search(r'class="hour-more h-9 m-0 lane-2 of-3"><a href="([^"]+)"[^>]*>\+3<', shown)
    assert more is not None
    whole = alice.client.get(unescape(more[1])).text
    assert len(among_hours(whole)["2026-11-20"]) == 5


def test_what_goes_on_over_midnight_stands_on_both_days_and_is_moved_from_the_first(
    acme: Workspace, alice: Person
) -> None:
    task = plan(acme, alice, "Night shift", "2026-11-19T22:00", minutes=240)
    shown = alice.client.get(WEEK).text
    assert among_hours(shown) == {
        "2026-11-19": {"Night shift": "h-22 m-0 high-2 and-0 lane-0 of-1"},
        "2026-11-20": {"Night shift": "h-0 m-0 high-2 and-0 lane-0 of-1"},
    }
    assert shown.count(f'id="entry-{task}"') == 1
    assert "is-rest" in shown.split('data-day="2026-11-20" aria-label')[1]
    # The day that begins with its end shows it too, though it began on the eve.
    day = alice.client.get(DAY).text
    assert among_hours(day) == {"2026-11-20": {"Night shift": "h-0 m-0 high-2 and-0 lane-0 of-1"}}
    assert f'id="entry-{task}"' not in day


def test_what_ends_at_midnight_is_not_on_the_day_that_follows(
    acme: Workspace, alice: Person
) -> None:
    plan(acme, alice, "Late shift", "2026-11-19T22:00", minutes=120)
    assert set(among_hours(alice.client.get(WEEK).text)) == {"2026-11-19"}
    assert among_hours(alice.client.get(DAY).text) == {}


def test_what_takes_days_stands_over_the_hours_of_each(acme: Workspace, alice: Person) -> None:
    plan(acme, alice, "Fair", "2026-11-19T00:00", minutes=3 * 1440)
    plan(acme, alice, "Long way", "2026-11-16T10:00", minutes=1440)
    plan(acme, alice, "Trade mission", "2026-11-02T09:00", minutes=16 * 1440)
    assert over_hours(alice.client.get(WEEK).text) == {
        "2026-11-16": ["Trade mission", "Long way"],
        "2026-11-17": ["Trade mission", "Long way"],
        "2026-11-18": ["Trade mission"],
        "2026-11-19": ["Fair"],
        "2026-11-20": ["Fair"],
        "2026-11-21": ["Fair"],
    }
    assert over_hours(alice.client.get(DAY).text) == {"2026-11-20": ["Fair"]}
    month = on_days(alice.client.get("/activities/calendar?on=2026-11-20").text)
    assert month["2026-11-17"] == ["Trade mission", "Long way"]
    assert month["2026-11-21"] == ["Fair"]
    assert "2026-11-22" not in month


def test_a_month_counts_what_goes_on_among_what_it_can_not_show(
    acme: Workspace, alice: Person
) -> None:
    plan(acme, alice, "Fair", "2026-11-19T00:00", minutes=2 * 1440)
    for number in range(4):
        plan(acme, alice, f"Task {number}", f"2026-11-20T{9 + number:02}:00")
    shown = alice.client.get("/activities/calendar").text
    assert on_days(shown)["2026-11-20"] == ["Fair", "Task 0", "Task 1"]
    assert "+2 more" in shown


@pytest.mark.parametrize(
    ("due", "minutes", "place"),
    [
        # 23 hours in London: from half past midnight for two hours, of which one is not there.
        ("2027-03-28T00:30:00Z", 120, "h-0 m-6 high-3 and-0"),
        ("2027-03-28T22:00:00Z", 30, "h-23 m-0 high-0 and-6"),
        # 25 hours: the second half past one stands where the first does.
        ("2026-10-25T00:30:00Z", 30, "h-1 m-6 high-0 and-6"),
        ("2026-10-25T01:30:00Z", 30, "h-1 m-6 high-0 and-6"),
        ("2026-10-25T00:45:00Z", 30, "h-1 m-9 high-0 and-6"),  # From 1:45 to 1:15.
    ],
)
def test_a_day_on_which_clocks_change_is_shown_as_the_clock_has_it(
    acme: Workspace, alice: Person, due: str, minutes: int, place: str
) -> None:
    plan(acme, alice, "Watch", due, minutes=minutes)
    page = alice.client.get(f"/activities/calendar?span=day&on={due[:10]}")
    assert among_hours(page.text) == {due[:10]: {"Watch": f"{place} lane-0 of-1"}}


@pytest.mark.parametrize("day", ["2027-03-28", "2026-10-25"])
def test_a_whole_day_is_one_though_clocks_change_on_it(
    acme: Workspace, alice: Person, day: str
) -> None:
    plan(acme, alice, "Fair", f"{day}T00:00", minutes=1440)
    page = alice.client.get(f"/activities/calendar?span=week&on={day}")
    assert over_hours(page.text) == {day: ["Fair"]}
    after = alice.client.get("/activities/calendar?span=week&on=2026-10-26")
    assert over_hours(after.text) == {}


def test_readers_see_the_same_moment_at_the_hour_of_their_own_clock(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    plan(acme, alice, "Call", "2026-11-20T02:30:00Z", minutes=60)
    plan(globex, charlie, "Call", "2026-11-20T02:30:00Z", minutes=60)
    here = among_hours(alice.client.get(WEEK).text)
    assert here == {"2026-11-20": {"Call": "h-2 m-6 high-1 and-0 lane-0 of-1"}}
    there = among_hours(charlie.client.get(WEEK).text)
    assert there == {"2026-11-19": {"Call": "h-21 m-6 high-1 and-0 lane-0 of-1"}}


@pytest.mark.parametrize("minutes", [0, -30, 9_000_000_000_000])
def test_a_length_that_can_not_be_is_none_or_a_year(
    acme: Workspace, alice: Person, minutes: int
) -> None:
    plan(acme, alice, "Odd", "2026-11-20T09:00", minutes=minutes)
    for span in ("month", "week", "day"):
        page = alice.client.get(f"/activities/calendar?span={span}&on=2026-11-20")
        assert page.status_code == 200
        assert "Odd" in page.text
    is_long = minutes > 0
    later = alice.client.get("/activities/calendar?span=day&on=2027-11-19")
    assert ("Odd" in later.text) is is_long
    assert "Odd" not in alice.client.get("/activities/calendar?span=day&on=2027-11-25").text


def test_a_day_begins_where_the_firms_does_or_at_its_first_entry_and_tells_where_now_is(
    acme: Workspace, alice: Person
) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    shown = alice.client.get(WEEK).text
    assert 'data-first="9"' in shown
    assert '<div class="hour-now h-12 m-8" data-now="760"></div>' in shown
    plan(acme, alice, "Early bird", "2026-11-20T06:15")
    assert 'data-first="6"' in alice.client.get(WEEK).text
    assert "hour-now" not in alice.client.get(DAY).text


def shut(html: str) -> dict[str, list[str]]:
    """Where each day among hours is shaded, as the firm does not work there."""
    return {
        part[: part.index('"')]: re.findall(r'<div class="hour-shut ([^"]+)"', part)
        for part in html.split('<div class="calendar-hours')[1].split(' data-day="')[1:]
    }


WORKED = ["h-0 m-0 high-9 and-0", "h-12 m-0 high-1 and-0", "h-18 m-0 high-6 and-0"]
WHOLE_DAY = ["h-0 m-0 high-24 and-0"]


def test_what_lies_outside_the_firms_hours_is_shaded(alice: Person) -> None:
    days = shut(alice.client.get(WEEK).text)
    assert list(days.values()) == [*[WORKED] * 5, WHOLE_DAY, WHOLE_DAY]
    assert shut(alice.client.get(DAY).text) == {"2026-11-20": WORKED}
    assert "hour-shut" not in alice.client.get("/activities/calendar?span=month").text


def test_the_firms_hours_stand_where_they_are_on_its_readers_clock(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:  # In London it is from eleven at night until three.
        mornings = ("07:00-11:00",) * 5 + ("", "")
        desk = operations.create_calendar(by, Hours("Desk", "Asia/Shanghai", week=mornings))
        operations.set_day(by, desk, "2026-11-19", "Stocktaking", "")
    days = shut(alice.client.get(WEEK).text)
    assert days["2026-11-16"] == ["h-3 m-0 high-20 and-0"]
    assert days["2026-11-18"] == ["h-3 m-0 high-21 and-0"]
    assert days["2026-11-19"] == ["h-0 m-0 high-23 and-0"]
    assert days["2026-11-21"] == WHOLE_DAY


def test_a_day_off_begins_where_the_next_working_day_does(acme: Workspace, alice: Person) -> None:
    saturday = "/activities/calendar?span=day&on=2026-11-21"
    assert 'data-first="9"' in alice.client.get(saturday).text
    with acme.acting(alice) as by:
        week = ("07:30-11:00",) * 5 + ("", "")
        operations.create_calendar(by, Hours("Early birds", "Europe/London", week=week))
    assert 'data-first="7"' in alice.client.get(saturday).text
    assert 'data-first="7"' in alice.client.get(WEEK).text


def test_a_length_that_a_role_does_not_see_is_half_an_hour_for_it(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    plan(acme, alice, "Visit them", "2026-11-20T09:00", minutes=90)
    assert among_hours(dora.client.get(DAY).text)["2026-11-20"]["Visit them"].startswith(
        "h-9 m-0 high-1 and-6"
    )
    with acme.scope() as session:
        role = session.get_one(User, dora.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field="minutes", access=hidden)
        )
        role.stamp = new_id()
    shown = dora.client.get(DAY).text
    assert among_hours(shown)["2026-11-20"]["Visit them"].startswith("h-9 m-0 high-0 and-6")
    assert "10:30" not in shown


def test_moments_of_other_types_have_hours_and_stand_still_where_the_product_keeps_them(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Fence & Sons")
        make_activity(by, "task", due_at="2026-11-20T09:30", account_id=str(account.id))
    shown = alice.client.get("/accounts/calendar?span=week&on=2026-11-20").text
    assert among_hours(shown) == {
        "2026-11-20": {"Fence & Sons": "h-9 m-6 high-0 and-6 lane-0 of-1"}
    }
    assert not re.search("data-may-move|data-stretch|data-length", shown)


def test_dates_have_no_hours(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        key = define_field(by, tailored("account", by), "day", Wish({"en": "Contract ends"})).key
    with acme.acting(alice) as by:
        make_account(by, "Fence & Sons", **{key: "2026-11-20"})
    shown = alice.client.get(f"/accounts/calendar?by={key}&span=week&on=2026-11-20").text
    assert on_days(shown) == {"2026-11-20": ["Fence & Sons"]}
    assert "data-hours" not in shown


def test_an_entry_is_moved_to_an_hour_and_given_a_length(acme: Workspace, alice: Person) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    path = f"/activities/{task}/move"
    sent = {"field": "due_at", "day": "2027-06-01", "time": "14:30", "version": "1"}
    answer = alice.client.post(path, data=sent, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "records-changed"
    assert due_at(acme, alice, task) == datetime(2027, 6, 1, 13, 30, tzinfo=UTC)
    sent = {"field": "minutes", "value": "45", "version": "2"}
    answer = alice.client.post(path, data=sent, headers=HTMX)
    assert lasts(acme, alice, task) == 45
    assert "Ring them: 1 Jun 2027, 14:30–15:15" in answer.text
    undo = re.search(r'action="([^"]+/move[^"]+)"', answer.text)
    assert undo is not None
    answer = alice.client.post(unescape(undo[1]), headers=HTMX)
    assert "Ring them: 1 Jun 2027, 14:30<" in answer.text
    assert lasts(acme, alice, task) is None
    told = alice.client.get(f"/activities/{task}").text
    assert "Minutes" in told


def lasts(acme: Workspace, alice: Person, record_id: object) -> int | None:
    with acme.acting(alice) as by:
        found: int | None = fetch(registry().type("activity"), record_id, by).minutes  # type: ignore[arg-type, attr-defined]
        return found


@pytest.mark.parametrize("time", ["nonsense", "25:00", "14:30 or so", "-1:00"])
def test_no_time_is_no_move(acme: Workspace, alice: Person, time: str) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    sent = {"field": "due_at", "day": "2026-11-21", "time": time}
    answer = alice.client.post(f"/activities/{task}/move", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert "Enter a time like 14:30" in answer.text
    assert due_at(acme, alice, task) == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("value", ["nonsense", "1.5"])
def test_no_number_is_no_length(acme: Workspace, alice: Person, value: str) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15", minutes=30)
    sent = {"field": "minutes", "value": value}
    answer = alice.client.post(f"/activities/{task}/move", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert lasts(acme, alice, task) == 30


def test_a_reader_without_the_right_gets_hours_that_stand_still(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    task = plan(acme, alice, "Ring them", "2026-11-20T09:15")
    shown = dora.client.get(WEEK).text
    assert "Ring them" in shown
    assert not re.search("data-may-move|data-stretch|data-length|calendar-add", shown)
    sent = {"field": "minutes", "value": "45"}
    assert dora.client.post(f"/activities/{task}/move", data=sent).status_code == 403


def test_the_hours_take_no_more_statements_than_a_month(
    acme: Workspace, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    plan(acme, alice, "Ring them", "2026-11-20T09:00")
    assert count_statements(alice, WEEK) <= BUDGET
    few = count_statements(alice, WEEK)
    for number in range(12):
        plan(acme, alice, f"Task {number}", f"2026-11-20T{9 + number:02}:00", minutes=1500)
    assert count_statements(alice, WEEK) == few
