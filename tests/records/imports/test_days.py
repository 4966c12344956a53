"""Dates without an hour come in as days, and go out as such."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.crm.models import Account, Activity
from app.kernel.days import end_of
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.imports.conftest import counts, living, sheet, take_in, why
from tests.records.imports.test_last_contacts import HEAD, NOTED

LONDON = ZoneInfo("Europe/London")
DAY, LATER = end_of(date(2026, 3, 2), LONDON), end_of(date(2031, 5, 6), LONDON)
TASKS = {"What": "subject", "Kind": "kind", "When": "due_at"}


def dues(acme: Workspace) -> list[Any]:
    return living(acme, Activity, Activity.subject, Activity.due_at, Activity.all_day)


def test_a_due_date_without_an_hour_is_the_whole_day(acme: Workspace, alice: Person) -> None:
    rows = [("Day", "2031-05-06"), ("Written", "2031年5月6日"), ("Hour", "2031-05-06 00:00")]
    rows = [(what, "Task", when) for what, when in rows]
    run = take_in(alice, "activity", sheet(("What", "Kind", "When"), *rows), TASKS)
    assert counts(run) == {"created": 3}
    midnight = datetime(2031, 5, 5, 23, tzinfo=UTC)
    assert sorted(dues(acme)) == [
        ("Day", LATER, True),
        ("Hour", midnight, False),
        ("Written", LATER, True),
    ]


def test_a_column_may_say_so(acme: Workspace, alice: Person) -> None:
    head, columns = ("What", "Kind", "When", "All day"), {**TASKS, "All day": "all_day"}
    rows = [
        ("Yes", "Task", "2031-05-06 14:00", "yes"),
        ("No", "Task", "2031-05-06 14:00", "no"),
        ("No hour", "Task", "2031-05-06", "no"),
        ("No date", "Task", "", "yes"),
    ]
    run = take_in(alice, "activity", sheet(head, *rows), columns)
    assert counts(run) == {"created": 3, "failed": 1}
    two = datetime(2031, 5, 6, 13, tzinfo=UTC)
    found = [("No", two, False), ("No hour", LATER, True), ("Yes", LATER, True)]
    assert sorted(dues(acme)) == found
    assert [*why(alice, run).values()] == [{"All day": "Enter a date like 2026-11-22."}]


def test_last_and_next_contacts_without_an_hour_are_days(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    file = sheet(HEAD, ("North", "2026-03-02", "2031-05-06"), ("South", "", "2031-05-06"))
    run = take_in(alice, "account", file, NOTED)
    assert (counts(run), run.noted) == ({"created": 2}, 2)
    known = (Account.name, Account.last_activity_at, Account.next_step_at)
    assert sorted(living(acme, Account, *known), key=lambda row: row[0]) == [
        ("North", DAY, LATER),
        ("South", None, LATER),
    ]
    assert all(row[2] for row in dues(acme) if row[1] is not None)
    page = alice.client.get("/accounts").text
    assert "23:59" not in page


def test_whoever_was_spoken_to_today_was_so_before_now(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    today = clock.now.astimezone(LONDON).date().isoformat()
    file = sheet(HEAD, ("North", today, ""))
    first = take_in(alice, "account", file, NOTED)
    assert (counts(first), first.noted) == ({"created": 1}, 1)
    assert living(acme, Account, Account.last_activity_at) == [clock.now]
