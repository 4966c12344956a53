"""Groups over the API: numbers and sums in one call, and nothing that the caller may not read."""

from __future__ import annotations

from tests.cast import Person
from tests.records.api.conftest import Programs
from tests.records.api.test_records import fields_in


def test_a_program_counts_and_adds_up_by_the_values_of_a_field(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    for kind, minutes in (("call", 5), ("call", 7), ("visit", 30)):
        api.post("activities", {"kind": kind, "subject": "Do it", "minutes": minutes})
    assert api.get("activities?group=kind&sum=minutes").json == {
        "data": [
            {"value": "call", "count": 2, "sums": {"minutes": 12}},
            {"value": "visit", "count": 1, "sums": {"minutes": 30}},
        ],
        "groups": 2,
        "total": 3,
        "sums": {"minutes": 42},
    }
    narrowed = api.get("activities?group=kind&minutes__gt=6").json
    assert [(one["value"], one["count"]) for one in narrowed["data"]] == [("call", 1), ("visit", 1)]
    assert narrowed["sums"] == {}


def test_amounts_are_added_up_with_their_currency(alice: Person, program: Programs) -> None:
    api = program(alice)
    for price in ("10.50", "2"):
        api.post("products", {"name": f"Drill {price}", "list_price": price})
    found = api.get("products?group=kind&sum=list_price").json
    assert found["sums"] == {"list_price": {"amount": "12.50", "currency": "GBP"}}
    assert found["data"][0]["sums"] == found["sums"]


def test_a_reference_tells_the_titles_that_the_caller_may_read(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    record = api.make()
    api.post("contacts", {"last_name": "Fence", "account_id": record["id"]})
    api.post("contacts", {"last_name": "Alone"})
    found = api.get("contacts?group=account_id").json["data"]
    assert [(one["value"], one["title"], one["is_hidden"], one["count"]) for one in found] == [
        (record["id"], "Fence & Sons", False, 1),
        (None, None, False, 1),
    ]


def test_a_grouping_of_no_meaning_is_refused_by_its_name(alice: Person, program: Programs) -> None:
    api = program(alice)
    for query, field in {
        "group=": "group",
        "group=nothing": "group",
        "group=name": "group",
        "group=kind:month": "group",
        "group=created_at:century": "group",
        "group=kind&group=lifecycle": "group",
        "group=kind&sum=nothing": "sum",
        "group=kind&sum=name": "sum",
        "group=kind&sort=name": "sort",
        "group=kind&limit=3": "limit",
        "group=kind&city__like=3": "city__like",
        "sum=minutes": "sum",
    }.items():
        assert fields_in(api.get(f"accounts?{query}")) == [field], query
