"""A time beside the one before it: each number of then stands beside the days it belongs to."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest

from app.reports.engine.clock import earlier
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.engine.result import Result
from app.reports.engine.run import run_report
from app.reports.pages.file import made
from app.reports.pages.grid import grid
from app.reports.pages.shown import shown
from tests.attacks.program import Programs, program
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_opportunity

__all__ = ["program"]

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


@pytest.mark.usefixtures("days")
def test_a_month_under_way_is_compared_with_as_many_days_of_the_one_before(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    """On the 20th the 25th of October is no loss yet, and no day to come stands at -100 %."""
    clock.move_to(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    with acme.acting(alice) as by:
        for day in (3, 25):
            make_account(by, "Early").created_at = datetime(2026, 10, day, 12, 0, tzinfo=UTC)
    result = counted(acme, alice, "this_month", "before", "day")
    assert now_and_then(result) == {
        date(2026, 11, 2): (1, 0),
        date(2026, 11, 3): (0, 1),
        date(2026, 11, 10): (1, 0),
        date(2026, 11, 17): (1, 0),
        date(2026, 11, 20): (1, 1),
    }
    assert (result.at((None,)), result.then((None,))) == ((4,), (2,))
    over = counted(acme, alice, "2026-10-01,2026-10-31", "before", "month")
    assert now_and_then(over) == {date(2026, 10, 1): (3, 0)}


@pytest.mark.usefixtures("days")
def test_the_page_says_how_far_it_compares_and_so_does_the_api(
    acme: Workspace, alice: Person, clock: Clock, program: Programs
) -> None:
    clock.move_to(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))
    asked = Period("created_at", "this_month", "before")
    definition = Definition("account", (Grouped("created_at", "day"),), COUNT, period=asked)
    with acme.acting(alice) as by:
        it = shown(definition, by)
    assert it.told[1] == ("Compared with", "1 Oct – 12 Oct, as far as today")
    sent = {
        "record_type": "account",
        "groups": [{"field": "created_at", "unit": "day"}],
        "period": {"field": "created_at", "in": "this_month", "compare": "before"},
    }
    answer = program(alice).post("reports/run", {"definition": sent})
    assert answer.json["compared"] == {"first": "2026-10-01", "last": "2026-10-12"}  # type: ignore[index]


def test_what_is_expected_stands_beside_the_whole_time_before(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    """Sales are expected on days to come: those that have none yet say what was, and no loss."""
    clock.move_to(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))
    with acme.acting(alice) as by:
        for day in ("2026-10-05", "2026-10-25", "2026-10-26", "2026-11-26"):
            make_opportunity(by, close_on=day)
        asked = Period("close_on", "this_month", "before")
        groups = (Grouped("close_on", "day"),)
        result = run_report(Definition("opportunity", groups, COUNT, period=asked), by)
        lines = grid(result, by, is_pivot=False).lines
    assert [(one.place[0].value.day, one.cells[0].change) for one in lines if one.place[0]] == [
        (5, "-100% (before: 1)"),
        (25, "before: 1"),
        (26, "0% (before: 1)"),
    ]
    assert result.then((None,)) == (3,)


@pytest.mark.parametrize(
    ("days", "until", "then"),
    [
        (("2026-03-01", "2026-04-01"), "2026-03-30", ("2026-02-01", "2026-03-01")),
        (("2026-03-01", "2026-04-01"), "2026-03-28", ("2026-02-01", "2026-03-01")),
        (("2026-03-01", "2026-04-01"), "2026-03-31", ("2026-02-01", "2026-03-01")),
        (("2026-03-01", "2026-04-01"), "2026-02-27", ("2026-02-01", "2026-03-01")),
        (("2026-10-01", "2027-01-01"), "2026-11-12", ("2026-07-01", "2026-08-13")),
        (("2026-11-09", "2026-11-16"), "2026-11-11", ("2026-11-02", "2026-11-05")),
    ],
)
def test_as_many_days_are_compared_as_have_passed(
    days: tuple[str, str], until: str, then: tuple[str, str]
) -> None:
    first, beyond = (date.fromisoformat(one) for one in days)
    found = earlier((first, beyond), "before", until=date.fromisoformat(until))
    assert found.days_then == tuple(date.fromisoformat(one) for one in then)


def test_a_year_under_way_is_compared_up_to_the_same_day() -> None:
    whole = (date(2026, 1, 1), date(2027, 1, 1))
    found = earlier(whole, "year", until=date(2026, 11, 12))
    assert found.days_then == (date(2025, 1, 1), date(2025, 11, 13))


def test_sales_of_a_year_under_way_stand_beside_as_much_of_the_year_before(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))
    compared = {
        "order": ("ordered_at", "net"),
        "invoice": ("issued_on", "amount"),
        "payment": ("received_on", "amount"),
    }
    for record_type, (when, amount) in compared.items():
        definition = Definition(
            record_type,
            (Grouped(when, "month"),),
            (Measure("sum", amount),),
            period=Period(when, "this_year", "year"),
        )
        with acme.acting(alice) as by:
            it = shown(definition, by)
        assert it.told[1] == ("Compared with", "1 Jan 2025 – 12 Nov 2025, as far as today")
        assert it.grid is not None
        assert {one.text for one in it.grid.total.cells} == {"£0.00"}
        assert {one.change for one in it.grid.total.cells} == {"before: £0.00"}


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("is_pivot", [False, True])
def test_a_file_tells_what_each_number_was_beside_it(
    acme: Workspace, alice: Person, *, is_pivot: bool
) -> None:
    groups = (Grouped("country"), Grouped("created_at", "month"))
    asked = Period("created_at", "2026-11-01,2026-11-23", "before")
    with acme.acting(alice) as by:
        definition = Definition("account", groups, COUNT, period=asked)
        shape = "pivot" if is_pivot else "table"
        content = made(replace(definition, shape=shape), "Firms", "csv", by).decode()
        sheet = made(replace(definition, shape=shape), "Firms", "xlsx", by)
    lines = [line.split(",") for line in content.lstrip("\ufeff").splitlines()]
    head = lines[0]
    assert head[-2:] == (
        ["All · Count", "All · Count · before"] if is_pivot else ["Count", "Count · before"]
    )
    assert lines[-1][-2:] == ["4", "1"]
    assert all(len(line) == len(head) for line in lines)
    with ZipFile(io.BytesIO(sheet)) as book:
        inside = "".join(book.read(name).decode() for name in book.namelist() if "sheet1" in name)
    assert "· before" in inside
    assert inside.count("<row") == len(lines)


@pytest.mark.usefixtures("days")
def test_a_file_of_what_is_not_compared_has_each_number_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        content = made(Definition("account", (Grouped("country"),), COUNT), "Firms", "csv", by)
    assert content.decode().lstrip("\ufeff").splitlines()[0] == "Country,Count"
