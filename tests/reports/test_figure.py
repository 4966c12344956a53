"""A report that is one number: its change since the time before, and the line of its trend."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.engine.run import run_report
from app.reports.pages.figure import HIGH, Figure, figure
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
DAYS = ("2026-11-01", "2026-11-03", "2026-11-03", "2026-10-02", "2026-10-28", "2026-02-01")


@pytest.fixture
def accounts(acme: Workspace, alice: Person, clock: Clock) -> None:
    clock.move_to(NOW)
    with acme.acting(alice) as by:
        for number, day in enumerate(DAYS):
            made = make_account(by, f"Firm {number}", country="DE" if number % 2 else "GB")
            made.created_at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def shown(acme: Workspace, alice: Person, definition: Definition) -> Figure:
    with acme.acting(alice) as by:
        found = figure(run_report(definition, by), by)
        assert found is not None
        return found


def number(period: str, compare: str = "", *groups: Grouped) -> Definition:
    asked = Period("created_at", period, compare)
    counts = (Measure(), Measure("distinct", "country"))
    return Definition("account", groups, counts, period=asked, shape="number")


def heights(points: str, top: float) -> list[float]:
    """The numbers that a line shows, of which the greatest is known."""
    each = [float(one.partition(",")[2]) for one in points.split()]
    return [round((HIGH - one) / HIGH * top, 1) for one in each]


@pytest.mark.usefixtures("accounts")
def test_a_number_tells_how_it_changed_and_how_it_came_about(
    acme: Workspace, alice: Person
) -> None:
    found = shown(acme, alice, number("this_month", "before"))
    assert found.label == "Count"
    assert (found.cell.text, found.direction) == ("3", "up")
    assert found.cell.change == "+200% (before: 1)"
    assert found.cell.url.startswith("/accounts?")
    # The days of November so far, days without any too; of October as many.
    assert heights(found.line, 2) == [1, 0, 2, 0, 0]
    assert heights(found.before, 2) == [0, 1, 0, 0, 0]


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("period", "points"), [("last_30_days", 30), ("this_quarter", 6), ("this_year", 11)]
)
def test_the_line_has_a_point_for_each_day_week_or_month(
    acme: Workspace, alice: Person, period: str, points: int
) -> None:
    found = shown(acme, alice, number(period))
    assert len(found.line.split()) == points
    assert (found.direction, found.cell.change, found.before) == ("", "", "")


@pytest.mark.usefixtures("accounts")
def test_groups_by_a_date_are_those_of_the_line_and_others_are_none(
    acme: Workspace, alice: Person
) -> None:
    groups = (Grouped("country"), Grouped("created_at", "month"))
    assert len(shown(acme, alice, number("this_year", "", *groups)).line.split()) == 11
    without = Definition("account", (Grouped("country"),), shape="number")
    found = shown(acme, alice, without)
    assert (found.cell.text, found.line) == ("6", "")


@pytest.mark.usefixtures("accounts")
def test_what_fell_says_so_and_nothing_is_a_number_too(acme: Workspace, alice: Person) -> None:
    fell = shown(acme, alice, number("2026-11-02,2026-11-02", "before"))
    assert (fell.cell.text, fell.direction) == ("0", "down")
    same = shown(acme, alice, number("2026-11-05,2026-11-05", "before"))
    assert (same.cell.text, same.direction) == ("0", "same")


@pytest.mark.usefixtures("accounts")
def test_the_page_shows_the_number_above_its_table(alice: Person) -> None:
    page = alice.client.get("/reports/ready/new-accounts").text
    assert re.search(r'class="figure".*<b><a href="/accounts', page, re.DOTALL)
    assert "<polyline" in page
    assert "report-table" in page
    built = alice.client.get("/reports/build?type=account&shape=number&m0=count")
    assert 'class="figure"' in built.text
