"""Reports, attacked: what a number tells of fields and records that its reader may not see."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.attacks.program import Programs
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


def count(**more: Any) -> dict[str, Any]:
    return {"record_type": "account", "measures": [{"what": "count"}], **more}


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """A firm of Bob's, and a secret one of Alice's."""
    with acme.acting(alice) as by:
        secret = make_account(by, "Secret Sheds", city="Hiddenham", owner_id=str(alice.user_id))
        make_contact(by, "Mole", account_id=str(secret.id), owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        fence = make_account(by, "Fence & Sons", city="Leeds").id
        make_contact(by, "Fence", account_id=str(fence))


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    "asked",
    [
        count(groups=[{"field": "city"}]),
        count(measures=[{"what": "distinct", "field": "city"}]),
        count(filter={"f": "city", "op": "eq", "v": "Leeds"}),
        count(measures=[{"what": "rate", "part": {"f": "city", "op": "eq", "v": "Leeds"}}]),
        {"record_type": "contact", "groups": [{"field": "account_id.city"}]},
        {"record_type": "contact", "filter": {"f": "account_id.city", "op": "eq", "v": "Leeds"}},
    ],
)
def test_no_number_is_made_of_a_hidden_field(
    acme: Workspace, alice: Person, bob: Person, program: Programs, asked: dict[str, Any]
) -> None:
    assert program(alice).post("reports/run", {"definition": asked}).status_code == 200
    hide(acme, bob, "account", "city")
    answer = program(bob).post("reports/run", {"definition": asked})
    query = urlencode({"definition": json.dumps(asked)})
    page = bob.client.get(f"/reports/build?{query}")
    assert page.status_code < 500
    if "Leeds" not in json.dumps(asked):
        assert "Leeds" not in page.text
        assert "Leeds" not in answer.text
    else:
        assert answer.status_code in (403, 422), answer.text


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    "asked",
    [
        count(groups=[{"field": "name"}]),
        count(groups=[{"field": "city"}]),
        count(groups=[{"field": "owner_id"}]),
        {"record_type": "contact", "groups": [{"field": "account_id"}]},
        {"record_type": "contact", "groups": [{"field": "account_id.city"}]},
    ],
)
def test_no_group_names_what_is_out_of_reach(
    bob: Person, program: Programs, asked: dict[str, Any]
) -> None:
    answer = program(bob).post("reports/run", {"definition": asked})
    assert answer.status_code in (200, 422), answer.text
    page = bob.client.get(f"/reports/build?{urlencode({'definition': json.dumps(asked)})}").text
    for text in (answer.text, page):
        assert "Secret Sheds" not in text
        assert "Hiddenham" not in text


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "x",
        {"record_type": None},
        {"record_type": "user"},
        {"record_type": "nonsense"},
        {"record_type": "account\x00"},
        count(groups="name"),
        count(groups=[["name"]]),
        count(groups=[{"field": "city", "most": 10**30}]),
        count(groups=[{"field": "city", "most": -1}]),
        count(groups=[{"field": "name", "step": "1e-9999999"}]),
        count(groups=[{"field": "name", "step": "NaN"}]),
        count(groups=[{"field": "name", "step": 1e308}]),
        count(groups=[{"field": "name", "step": "0.0001"}]),
        count(groups=[{"field": "created_at", "unit": "century"}]),
        count(groups=[{"field": "id"}, {"field": "version"}]),
        count(groups=[{"field": "password_hash"}]),
        count(groups=[{"field": "owner_id.password_hash"}]),
        count(groups=[{"field": "name'; DROP TABLE accounts; --"}]),
        count(measures=[{"what": "count"}] * 50),
        count(measures=[{"what": "sum", "field": "name"}]),
        count(filter={"and": [{"and": []}] * 500}),
        count(filter=[[[[]]]]),
        count(filter={"f": "city", "op": "eq", "v": "a\x00b"}),
        count(filter={"f": "city", "op": "eq", "v": "a\ud800b"}),
        count(period={"field": "created_at", "in": "9999"}),
        count(period={"field": "created_at", "in": "0001-01-01,9999-12-31", "compare": "previous"}),
        count(period={"field": "created_at", "in": "last_999999999999_days"}),
        count(shape="\ud800"),
    ],
)
def test_odd_definitions_are_refused_in_words(alice: Person, program: Programs, asked: Any) -> None:
    answer = program(alice).post("reports/run", {"definition": asked})
    assert answer.status_code < 500, answer.text
    text = json.dumps(asked)
    page = alice.client.get(f"/reports/build?{urlencode({'definition': text})}")
    assert page.status_code < 500
    kept = {"definition": text, "name": "x\x00" * 300, "audience": "everyone"}
    assert alice.client.post("/reports/save", data=kept).status_code < 500
    named = {"definition": text, "name": "x", "format": "csv"}
    assert alice.client.post("/reports/file", data=named).status_code < 500
    assert alice.client.post("/reports/runs", data=named).status_code < 500
