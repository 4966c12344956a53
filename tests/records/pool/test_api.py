"""Caps and rules of a pool, read and changed by programs."""

from __future__ import annotations

from typing import Any

import pytest

from app.crm.models import Account
from app.identity.operations.roles import role_by_key
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in

CUSTOMERS = {"f": "lifecycle", "op": "eq", "v": "customer"}


@pytest.fixture
def reps(acme: Workspace) -> dict[str, str]:
    """Sales reps, as a body names them."""
    with acme.scope() as session:
        return {"group_kind": "role", "group_id": str(role_by_key(session, "sales_rep").id)}


def rule_of(**values: Any) -> dict[str, Any]:
    return {"record_type": "account", "name": "Asleep", "kind": "idle", "days": 90, **values}


def test_a_program_sets_changes_and_removes_a_cap(
    acme: Workspace, alice: Person, bob: Person, program: Programs, reps: dict[str, str]
) -> None:
    api = program(alice)
    made = api.post("pool-caps", {"record_type": "account", "most_owned": 0, **reps})
    assert made.status_code == 201
    cap = made.json
    assert made.headers["Location"] == f"/api/v1/pool-caps/{cap['id']}"
    assert (cap["most_owned"], cap["most_views"], cap["spared"]) == (0, None, None)
    with acme.acting(bob) as by, pytest.raises(Exception, match="at most 0 accounts"):
        make_account(by, "Mine")
    path = f"pool-caps/{cap['id']}"
    changed = api.patch(path, {"most_owned": 2, "most_views": 9, "spared": CUSTOMERS})
    assert changed.status_code == 200
    assert changed.json == {**cap, "most_owned": 2, "most_views": 9, "spared": CUSTOMERS}
    alone = api.patch(path, {"most_owned": None}).json
    assert (alone["most_owned"], alone["most_views"], alone["spared"]) == (None, 9, CUSTOMERS)
    assert api.patch(path, {"spared": None}).json["spared"] is None
    assert api.get(path).json["most_views"] == 9
    assert [one["id"] for one in api.get("pool-caps?record_type=account").json["data"]] == [
        cap["id"]
    ]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get("pool-caps").json == {"data": [], "next": None}


def test_a_program_makes_tries_and_switches_a_rule(
    acme: Workspace, alice: Person, program: Programs, reps: dict[str, str]
) -> None:
    api = program(alice)
    made = api.post("pool-rules", rule_of(spared=CUSTOMERS, **reps))
    assert made.status_code == 201
    rule = made.json
    assert (rule["is_on"], rule["warn_days"], rule["field"]) == (False, 0, None)
    path = f"pool-rules/{rule['id']}"
    assert api.patch(path, {"is_on": True}).json == {**rule, "is_on": True}
    assert api.patch(path, {"name": "Fast asleep"}).json["is_on"] is True
    later = api.patch(path, {"days": 60, "warn_days": 7}).json
    assert (later["days"], later["warn_days"], later["is_on"]) == (60, 7, False)
    assert later["spared"] == CUSTOMERS
    everybody = api.patch(path, {"group_kind": None, "group_id": None, "is_on": True}).json
    assert (everybody["group_id"], everybody["is_on"]) == (None, True)
    assert api.get(f"{path}/dry-run").json == {"takes": 0, "warns": 0, "is_exact": True}
    assert [one["name"] for one in api.get("pool-rules").json["data"]] == ["Fast asleep"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"most_owned": "many"}, "most_owned"),
        ({"most_owned": True}, "most_owned"),
        ({"most_owned": -1}, "most_owned"),
        ({"most_views": 10**30}, "most_views"),
        ({}, "most_owned"),
        ({"most_owned": 1, "group_id": "nobody"}, "group_id"),
        ({"most_owned": 1, "record_type": "contact"}, "record_type"),
        ({"most_owned": 1, "record_type": "nothing"}, "record_type"),
        ({"most_owned": 1, "spared": "customers"}, "spared"),
        ({"most_owned": 1, "spared": {"f": "nothing", "op": "eq", "v": "1"}}, "spared"),
        ({"most_owned": 1, "spared": {"odd": []}}, "spared"),
        ({"most_owned": 1, "odd": 1}, "odd"),
    ],
)
def test_a_cap_of_no_sense_is_refused_by_its_field(
    alice: Person, program: Programs, reps: dict[str, str], body: dict[str, Any], field: str
) -> None:
    asked = {"record_type": "account", **reps, **body}
    assert fields_in(program(alice).post("pool-caps", asked)) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 1}, "name"),
        ({"kind": "odd"}, "kind"),
        ({"days": 0}, "days"),
        ({"days": 1.5}, "days"),
        ({"warn_days": 90}, "warn_days"),
        ({"kind": "ended"}, "field"),
        ({"is_on": "yes"}, "is_on"),
        ({"group_kind": "role"}, "group_id"),
        ({"spared": []}, "spared"),
    ],
)
def test_a_rule_of_no_sense_is_refused_by_its_field(
    alice: Person, program: Programs, body: dict[str, Any], field: str
) -> None:
    assert fields_in(program(alice).post("pool-rules", rule_of(**body))) == [field]


def test_they_take_the_right_of_their_settings_page(
    acme: Workspace,
    alice: Person,
    bob: Person,
    charlie: Person,
    program: Programs,
    reps: dict[str, str],
) -> None:
    api = program(alice)
    cap = api.post("pool-caps", {"record_type": "account", "most_owned": 1, **reps}).json["id"]
    rule = api.post("pool-rules", rule_of()).json["id"]
    for other, status in ((bob, 403), (charlie, 404)):
        stranger = program(other)
        for path in (f"pool-caps/{cap}", f"pool-rules/{rule}"):
            assert stranger.get(path).status_code == status
            assert stranger.patch(path, {"name": "x"} if "rule" in path else {}).status_code in (
                status,
                422 if status == 404 else status,
            )
            assert stranger.delete(path).status_code == status
    assert program(bob).get("pool-rules").status_code == 403
    assert program(bob).post("pool-caps", {}).status_code == 403
    assert program(alice, "account:*").get("pool-caps").status_code == 403
    assert program(alice, "pool:*").get("pool-caps").status_code == 200


def test_the_documents_tell_them_to_whoever_may(
    alice: Person, bob: Person, program: Programs
) -> None:
    told = program(alice).get("openapi.json").json
    assert {"/pool-caps", "/pool-caps/{cap_id}", "/pool-rules/{rule_id}/dry-run"} <= set(
        told["paths"]
    )
    assert "PoolRule" in told["components"]["schemas"]
    assert not [one for one in program(bob).get("openapi.json").json["paths"] if "pool-" in one]
    assert "Pool rules" in alice.client.get("/api/docs").text
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    assert "公海规则" in alice.client.get("/api/docs").text


def test_claiming_returning_and_passing_on_are_told_there_too(
    alice: Person, program: Programs, free: Account
) -> None:
    paths = program(alice).get("openapi.json").json["paths"]
    for verb in ("claim", "return", "reassign"):
        assert "post" in paths[f"/accounts/{{id}}/{verb}"]
