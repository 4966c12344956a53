"""What a chart draws: a time has no holes, whether or not anything was in each part of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.reports.pages.chart import chart
from tests.cast import Person, Workspace
from tests.reports.test_figure import accounts

__all__ = ["accounts"]


def drawn(acme: Workspace, alice: Person, shape: str, *groups: Grouped) -> dict[str, Any]:
    with acme.acting(alice) as by:
        found = chart(run_report(Definition("account", groups, (Measure(),)), by), shape, by)
        assert found is not None
        read: dict[str, Any] = json.loads(found.data)
        return read


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("shape", ["bar", "line"])
def test_an_axis_of_time_has_the_months_without_a_record_too(
    acme: Workspace, alice: Person, shape: str
) -> None:
    found = drawn(acme, alice, shape, Grouped("created_at", "month"))
    assert len(found["labels"]) == 10  # From February to November.
    (series,) = found["series"]
    assert series["values"] == [1, 0, 0, 0, 0, 0, 0, 0, 2, 3]
    assert [bool(one) for one in series["urls"]] == [bool(one) for one in series["values"]]
    split = drawn(acme, alice, shape, Grouped("created_at", "month"), Grouped("country"))
    assert {len(one["values"]) for one in split["series"]} == {10}


@pytest.mark.usefixtures("accounts")
def test_groups_that_are_no_axis_are_those_with_a_record(acme: Workspace, alice: Person) -> None:
    months = Grouped("created_at", "month")
    assert len(drawn(acme, alice, "pie", months)["labels"]) == 3
    by_size = drawn(acme, alice, "bar", Grouped("created_at", "month", sort="most"))
    assert by_size["series"][0]["values"] == [3, 2, 1]
    assert len(drawn(acme, alice, "bar", Grouped("country"))["labels"]) == 2
