"""Dates in filters: days and periods by the reader's calendar, from midnight to midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.filters import Filter
from app.records.query import Query, page
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

SUNDAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def due(by: Actor, operator: str, text: str) -> list[str]:
    """The tasks whose due time fits, in the order in which they were made."""
    activity = registry().type("activity")
    asked = Query(filters=(Filter("due_at", operator, text),), sort="created_at", limit=200)
    return [row.subject for row in page(activity, asked, by, ("subject",)).rows]


def reading(by: Actor, language: str = "en", zone: str = "Europe/London") -> Actor:
    """Somebody who looks at a list on Sunday 22 November 2026."""
    return replace(by, now=SUNDAY, language=language, zone=ZoneInfo(zone))


def plan(by: Actor, *moments: str) -> None:
    """A task at each of these moments, called by it."""
    for moment in moments:
        make_activity(by, "task", subject=moment, due_at=f"{moment}:00Z")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-22T00:00", "2026-11-22T23:59"),
        ("yesterday", "2026-11-21T00:00", "2026-11-21T23:59"),
        ("tomorrow", "2026-11-23T00:00", "2026-11-23T23:59"),
        ("this_week", "2026-11-16T00:00", "2026-11-22T23:59"),
        ("last_week", "2026-11-09T00:00", "2026-11-15T23:59"),
        ("next_week", "2026-11-23T00:00", "2026-11-29T23:59"),
        ("this_month", "2026-11-01T00:00", "2026-11-30T23:59"),
        ("last_month", "2026-10-01T00:00", "2026-10-31T23:59"),
        ("next_month", "2026-12-01T00:00", "2026-12-31T23:59"),
        ("this_quarter", "2026-10-01T00:00", "2026-12-31T23:59"),
        ("last_quarter", "2026-07-01T00:00", "2026-09-30T23:59"),
        ("next_quarter", "2027-01-01T00:00", "2027-03-31T23:59"),
        ("this_year", "2026-01-01T00:00", "2026-12-31T23:59"),
        ("last_year", "2025-01-01T00:00", "2025-12-31T23:59"),
        ("next_year", "2027-01-01T00:00", "2027-12-31T23:59"),
        ("last_30_days", "2026-10-24T00:00", "2026-11-22T23:59"),
        ("next_7_days", "2026-11-22T00:00", "2026-11-28T23:59"),
        ("14_days_ago", "2026-11-08T00:00", "2026-11-08T23:59"),
        ("in_3_days", "2026-11-25T00:00", "2026-11-25T23:59"),
        ("2026-11-24", "2026-11-24T00:00", "2026-11-24T23:59"),
    ],
)
def test_a_period_is_from_its_first_minute_to_its_last(
    acme: Workspace, alice: Person, text: str, first: str, last: str
) -> None:
    zone = ZoneInfo("Europe/London")
    start, end = (datetime.fromisoformat(one).replace(tzinfo=zone) for one in (first, last))
    before, after = start.timestamp() - 60, end.timestamp() + 60
    with acme.acting(alice) as by:
        marks = [before, start.timestamp(), end.timestamp(), after]
        for name, mark in zip(("before", "first", "last", "after"), marks, strict=True):
            at = datetime.fromtimestamp(mark, UTC).isoformat()
            make_activity(by, "task", subject=name, due_at=at)
        make_activity(by, "task", subject="none")
        reader = reading(by)
        assert due(reader, "eq", text) == ["first", "last"]
        assert due(reader, "ne", text) == ["before", "after", "none"]
        assert due(reader, "lt", text) == ["before"]
        assert due(reader, "lte", text) == ["before", "first", "last"]
        assert due(reader, "gt", text) == ["after"]
        assert due(reader, "gte", text) == ["first", "last", "after"]
        assert due(reader, "between", f"{text},{text}") == ["first", "last"]


def test_a_day_is_the_readers_own(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        plan(by, "2026-11-21T15:59", "2026-11-21T16:00", "2026-11-22T15:59", "2026-11-22T16:00")
        shanghai = reading(by, zone="Asia/Shanghai")
        assert due(shanghai, "eq", "today") == ["2026-11-21T16:00", "2026-11-22T15:59"]


@pytest.mark.parametrize(
    ("language", "country", "found"),
    [
        ("en", "GB", ["2026-11-16T12:00", "2026-11-22T12:00"]),
        ("en", "US", ["2026-11-22T12:00", "2026-11-28T12:00"]),
        ("zh-CN", "US", ["2026-11-16T12:00", "2026-11-22T12:00"]),
    ],
)
def test_a_week_begins_as_the_reader_has_it(
    acme: Workspace, alice: Person, language: str, country: str, found: list[str]
) -> None:
    with acme.acting(alice) as by:
        plan(by, "2026-11-15T12:00", "2026-11-16T12:00", "2026-11-22T12:00", "2026-11-28T12:00")
        reader = reading(replace(by, tenant=replace(by.tenant, country=country)), language)
        assert due(reader, "eq", "this_week") == found


def test_nothing_for_days_means_empty_or_before_them(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        plan(by, "2026-11-08T23:59", "2026-11-09T00:00")
        make_activity(by, "task", subject="none")
        assert due(reading(by), "stale", "14") == ["2026-11-08T23:59", "none"]


def test_a_moment_is_compared_to_the_minute(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        plan(by, "2026-11-22T09:29", "2026-11-22T09:30", "2026-11-22T09:31")
        reader = reading(by)
        assert due(reader, "eq", "2026-11-22T09:30:00Z") == ["2026-11-22T09:30"]
        assert due(reader, "lt", "now") == ["2026-11-22T09:29"]
        assert due(reader, "gte", "now") == ["2026-11-22T09:30", "2026-11-22T09:31"]


@pytest.mark.parametrize(
    "text",
    [
        "last_0_days",
        "last_99999_days",
        "last_fortnight",
        "this_days",
        "0_days_ago",
        "in__days",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "now()",
    ],
)
def test_a_period_that_nobody_knows_is_refused(acme: Workspace, alice: Person, text: str) -> None:
    with acme.acting(alice) as by:
        make_account(by)
        with pytest.raises(Refused) as caught:
            due(reading(by), "eq", text)
        assert list(caught.value.errors) == ["due_at"]
