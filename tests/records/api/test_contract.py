"""What other programs rely on, line by line as it was promised to them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.cast import Person
from tests.conftest import Clock
from tests.records.api.conftest import Program, Programs

ACCOUNT = [
    "name",
    "kind",
    "customer_kind",
    "lifecycle",
    "parent_id",
    "phone",
    "email",
    "website",
    "industry",
    "size",
    "business_id",
    "tax_profile",
    "country",
    "province",
    "city",
    "district",
    "address",
    "owner_id",
]
CONTACT = ["first_name", "last_name", "email", "phone", "title", "account_id", "owner_id"]
PROMISED = (
    "city=York",
    "city__eq=York",
    "city__ne=Leeds",
    "created_at__lt=2100-01-01",
    "created_at__lte=2100-01-01",
    "created_at__gt=2000-01-01",
    "created_at__gte=2000-01-01",
    "city__in=York,Leeds",
    "city__contains=or",
    "city__starts=Yo",
    "city__isnull=false",
)


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def test_the_fields_that_programs_count_on_are_there(of_alice: Program) -> None:
    account = of_alice.make()
    assert set(ACCOUNT) <= set(account)
    contact = of_alice.post("contacts", {"last_name": "Li", "account_id": account["id"]}).json
    assert set(CONTACT) <= set(contact)


@pytest.mark.parametrize("asked", PROMISED)
def test_every_operator_is_understood(of_alice: Program, asked: str) -> None:
    of_alice.make(city="York")
    answer = of_alice.get(f"accounts?{asked}")
    assert answer.status_code == 200, answer.text
    assert [one["city"] for one in answer.json["data"]] == ["York"]


@pytest.mark.parametrize("asked", ["nothing=1", "nothing__eq=1", "city__near=York", "limit=0"])
def test_what_is_unknown_is_refused_by_its_name(of_alice: Program, asked: str) -> None:
    refused = of_alice.get(f"accounts?{asked}")
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert set(refused.json) >= {"title", "status", "detail", "errors"}
    assert all(set(one) == {"field", "message"} for one in refused.json["errors"])


def test_a_list_is_data_and_the_cursor_of_the_next_page(of_alice: Program) -> None:
    for number in range(3):
        of_alice.make(name=f"Firm {number}")
    first = of_alice.get("accounts?limit=2&sort=name&fields=name&total=exact").json
    assert [one["name"] for one in first["data"]] == ["Firm 0", "Firm 1"]
    assert first["total"] == 3
    second = of_alice.get(f"accounts?limit=2&sort=name&cursor={first['next']}").json
    assert [one["name"] for one in second["data"]] == ["Firm 2"]
    assert second["next"] is None


def test_values_are_written_as_promised(of_alice: Program) -> None:
    account = of_alice.make()
    assert str(UUID(account["id"])) == account["id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", account["created_at"])
    sold = of_alice.post("products", {"name": "Fence", "list_price": "1200"}).json
    assert sold["list_price"] == {"amount": "1200.00", "currency": "GBP"}


def test_a_change_that_came_second_is_412_by_its_mark(of_alice: Program) -> None:
    account = of_alice.make()
    path = f"accounts/{account['id']}"
    mark = of_alice.get(path).headers["ETag"]
    assert of_alice.patch(path, {"city": "York"}, If_Match=mark).status_code == 200
    assert of_alice.patch(path, {"city": "Leeds"}, If_Match=mark).status_code == 412
    assert of_alice.delete(path, If_Match=mark).status_code == 412
    assert of_alice.get(path).json["city"] == "York"


def test_a_key_holds_for_a_day_and_for_one_body(of_alice: Program, clock: Clock) -> None:
    sent = {"name": "Once"}
    first = of_alice.post("accounts", sent, Idempotency_Key="a")
    clock.shift(timedelta(hours=23, minutes=59))
    again = of_alice.post("accounts", sent, Idempotency_Key="a")
    assert (again.status_code, again.json) == (201, first.json)
    assert of_alice.post("accounts", {"name": "Other"}, Idempotency_Key="a").status_code == 422
    clock.shift(timedelta(minutes=2))
    anew = of_alice.post("accounts", sent, Idempotency_Key="a")
    assert anew.json["id"] != first.json["id"]


@pytest.mark.parametrize(("number", "status"), [(0, 422), (1000, 200), (1001, 422)])
def test_a_thousand_records_at_once_and_no_more(
    of_alice: Program, number: int, status: int
) -> None:
    records = [{"name": f"Firm {one}"} for one in range(number)]
    answer = of_alice.post("accounts/bulk", {"verb": "create", "records": records})
    assert answer.status_code == status


def test_a_bulk_change_is_all_or_nothing_or_each_with_its_result(of_alice: Program) -> None:
    records = [{"name": "Good"}, {"name": ""}]
    refused = of_alice.post("accounts/bulk", {"verb": "create", "records": records})
    assert refused.status_code == 422
    assert of_alice.get("accounts").json["data"] == []
    each = of_alice.post("accounts/bulk", {"verb": "create", "records": records, "each": True})
    assert [one["status"] for one in each.json["results"]] == [201, 422]


def test_a_declared_action_is_a_resource(of_alice: Program) -> None:
    task = of_alice.post("activities", {"kind": "task", "subject": "Call"}).json
    path = f"activities/{task['id']}/complete"
    assert of_alice.post(path).status_code == 200
    assert of_alice.post(path).status_code == 422  # It is done already.
    assert of_alice.get(path).status_code == 405


def test_a_token_is_unknown_at_another_workspace(
    of_alice: Program, app: Flask, charlie: Person
) -> None:
    elsewhere = Program(app, charlie.workspace.host, of_alice.token)
    assert elsewhere.get("accounts").status_code == 401


@pytest.mark.parametrize(("language", "said"), [("en", "field"), ("zh-CN", "字段")])
def test_refusals_speak_the_language_asked_for(of_alice: Program, language: str, said: str) -> None:
    refused = of_alice.post("accounts", {"nothing": 1}, Accept_Language=language)
    assert said in refused.json["errors"][0]["message"]


def test_bad_input_is_never_ours(of_alice: Program) -> None:
    bad: list[tuple[str, Any, int]] = [
        ("accounts", b"{", 400),
        ("accounts", [], 422),
        ("accounts", {"name": {"a": 1}}, 422),
        ("accounts", {"name": "x" * 17_000_000}, 413),
        ("nothing", {}, 404),
        ("accounts/nothing/merge", {"ids": []}, 404),
    ]
    for path, body, status in bad:
        assert of_alice.post(path, body).status_code == status, path
    plain = of_alice.post("accounts", b"name=a", Content_Type="text/plain")
    assert plain.status_code == 415


def test_the_document_is_openapi_3_1_of_this_workspace(of_alice: Program) -> None:
    document = of_alice.get("openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Acme Ltd"
    calls = [one for path in document["paths"].values() for one in path.values()]
    assert all("429" in one["responses"] for one in calls)
