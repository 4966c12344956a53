"""Insight by API: the figures of the pages, as far as one reads, as it describes itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.insight.operations.runs import firms_today
from app.modules import install_record_types
from app.records.switching.operations import switch_off
from tests.cast import Person, Workspace
from tests.insight.histories import crowd, reckoned, regular
from tests.records.api.conftest import Program, Programs, program
from tests.records.api.test_openapi_whole import check

__all__ = ["program"]
install_record_types()


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


@pytest.fixture
def late_id(acme: Workspace, alice: Person) -> str:
    """A customer who is late, among others; all are Alice's."""
    with acme.acting(alice) as by:
        today = firms_today(by)
        crowd(by, 35, today)
        late = regular(by, "Late Ltd", today - timedelta(days=75), every=29, times=8, amount=7770)
        reckoned(by, today)
        return str(late.id)


def test_customers_are_told_page_by_page(of_alice: Program, late_id: str) -> None:
    met: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = of_alice.get(f"insight/customers?limit=10{cursor}")
        assert answer.status_code == 200, answer.text
        met += answer.json["data"]
        if answer.json["next"] is None:
            break
        cursor = f"&cursor={answer.json['next']}"
    assert len({one["account_id"] for one in met}) == len(met) == 36
    leaving = of_alice.get("insight/customers?standing=leaving").json["data"]
    late = next(one for one in leaving if one["account_id"] == late_id)
    assert late["reasons"][0] == "rhythm"
    assert late["spent"] == {"amount": "62160.00", "currency": "GBP"}
    assert of_alice.get(f"insight/customers/{late_id}").json == late


def test_a_follow_up_is_begun_once(of_alice: Program, late_id: str) -> None:
    made = of_alice.post(f"insight/customers/{late_id}/rescue")
    assert made.status_code == 201, made.text
    assert of_alice.post(f"insight/customers/{late_id}/rescue").status_code == 409
    assert of_alice.get("insight/rescues?outcome=open").json["data"] == [made.json]


def test_follow_ups_are_silent_with_sales_switched_off(
    of_alice: Program, acme: Workspace, alice: Person, late_id: str
) -> None:
    assert of_alice.post(f"insight/customers/{late_id}/rescue").status_code == 201
    with acme.acting(alice) as by:
        switch_off("sales", by)
    assert of_alice.get("insight/rescues").json == {"data": [], "next": None}


def test_runs_and_settings(of_alice: Program) -> None:
    assert of_alice.get("insight/run").status_code == 404
    made = of_alice.post("insight/runs", {"as_of": "2025-06-30"})
    assert made.status_code == 202, made.text
    assert (made.json["state"], made.json["is_enough"]) == ("waiting", False)
    assert of_alice.get(f"insight/runs/{made.json['id']}").json == made.json
    assert of_alice.post("insight/runs", {}).status_code == 409
    for wrong in ("2999-01-01", "today", 5):
        assert of_alice.post("insight/runs", {"as_of": wrong}).status_code == 422
    settings = of_alice.get("insight/settings")
    marked = {"If_Match": settings.headers["ETag"]}
    kept = of_alice.call("PUT", "insight/settings", {"basis": "revenue"}, **marked)
    assert (kept.status_code, kept.json["basis"]) == (200, "revenue")
    again = of_alice.call("PUT", "insight/settings", {"basis": "margin"}, **marked)
    assert again.status_code == 412


@pytest.mark.parametrize(
    "query",
    ["standing=odd", "segment=odd", "quadrant=odd", "cursor=odd", "limit=0", "odd=1"],
)
def test_odd_questions_are_refused(of_alice: Program, query: str) -> None:
    assert of_alice.get(f"insight/customers?{query}").status_code == 422


@pytest.mark.usefixtures("late_id")
def test_who_reads_no_account_of_it_is_told_of_none(
    program: Programs, bob: Person, late_id: str
) -> None:
    of_bob = program(bob)
    assert of_bob.get("insight/customers").json == {"data": [], "next": None}
    assert of_bob.get(f"insight/customers/{late_id}").status_code == 404
    assert of_bob.post(f"insight/customers/{late_id}/rescue").status_code == 404
    assert of_bob.post("insight/runs", {}).status_code == 403


def test_the_answers_are_as_described(of_alice: Program, late_id: str) -> None:
    for path in ("insight/run", "insight/customers", "insight/rescues", "insight/settings"):
        check(of_alice, "get", path, f"/{path}")
    check(of_alice, "get", f"insight/customers/{late_id}", "/insight/customers/{account_id}")
    rescue = f"insight/customers/{late_id}/rescue"
    check(of_alice, "post", rescue, "/insight/customers/{account_id}/rescue")
    check(of_alice, "post", "insight/runs", "/insight/runs", {"as_of": "2025-06-30"})
    check(of_alice, "put", "insight/settings", "/insight/settings", {"basis": "revenue"})
