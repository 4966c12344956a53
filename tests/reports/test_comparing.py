"""A time beside the one before it: each number of then stands beside the days it belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.engine.result import Result
from app.reports.engine.run import run_report
from tests.cast import Person, Workspace
from tests.factories import make_account

COUNT = (Measure(),)


@pytest.fixture
def days(acme: Workspace, alice: Person) -> None:
    """An account of some days of two years."""
    told = ["2026-11-17", "2026-11-20", "2026-11-10", "2026-10-20", "2026-11-02", "2025-11-18"]
    with acme.acting(alice) as by:
        for number, text in enumerate(told):
            made = make_account(by, f"Firm {number}")
            made.created_at = datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


def counted(acme: Workspace, alice: Person, period: str, compare: str, *units: str) -> Result:
    groups = tuple(Grouped("created_at", unit) for unit in units)
    asked = Period("created_at", period, compare)
    with acme.acting(alice) as by:
        return run_report(Definition("account", groups, COUNT, period=asked), by)


def now_and_then(result: Result) -> dict[date, tuple[object, object]]:
    """What each group counts, and what it counted then."""
    assert result.before is not None
    return {
        place[0].value: (result.at(place)[0], (result.then(place) or (None,))[0])
        for place in {**result.cells, **result.before}
        if place[0] is not None
    }


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("unit", ["month", "quarter", "year", "fiscal_year"])
def test_a_week_and_the_one_before_are_of_the_same_month(
    acme: Workspace, alice: Person, unit: str
) -> None:
    found = now_and_then(counted(acme, alice, "2026-11-17,2026-11-23", "before", unit))
    assert list(found.values()) == [(2, 1)]


@pytest.mark.usefixtures("days")
def test_what_lies_before_over_the_end_of_a_month_stands_in_the_month_that_is_asked_for(
    acme: Workspace, alice: Person
) -> None:
    found = now_and_then(counted(acme, alice, "2026-11-03,2026-11-23", "before", "month"))
    assert found == {date(2026, 11, 1): (3, 2)}


@pytest.mark.usefixtures("days")
def test_days_are_compared_with_those_of_the_year_before_that_stand_beside_them(
    acme: Workspace, alice: Person
) -> None:
    result = counted(acme, alice, "2026-11-17,2026-11-17", "year", "day")
    assert now_and_then(result) == {date(2026, 11, 17): (1, 1)}
    by_month = counted(acme, alice, "2026-11-17,2026-11-17", "year", "month")
    assert now_and_then(by_month) == {date(2026, 11, 1): (1, 0)}
