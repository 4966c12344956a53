"""Contracts for programs: instalments in and out, what is wrong told by its place, who may what."""

from __future__ import annotations

import pytest

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in, program
from tests.sales.test_contracts import THIRDS, make_contract

__all__ = ["program"]


def test_a_program_makes_a_contract_with_instalments_and_reads_them_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    caller = program(alice)
    made = caller.post(
        "contracts",
        {
            "name": "Fences for ever",
            "number": "ERP-1",
            "amount": "999.99 GBP",
            "kind": "framework",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "instalments": list(THIRDS),
        },
    )
    assert made.status_code == 201, made.text
    assert made.json is not None
    assert (made.json["number"], made.json["status"]) == ("ERP-1", "draft")
    assert (made.json["progress"], made.json["notice_on"]) == ("0/3", "2026-11-01")
    one = f"contracts/{made.json['id']}"
    told = caller.get(f"{one}/instalments").json
    assert told is not None
    assert [(part["name"], part["amount"], part["status"]) for part in told["data"]] == [
        ("Deposit", "300.00", "waiting"),
        ("Delivery", "599.99", "waiting"),
        ("Warranty", "100.00", "waiting"),
    ]
    again = caller.post(f"{one}/set_instalments", {"instalments": told["data"]})
    assert again.status_code == 200, again.text
    after = caller.get(f"{one}/instalments").json
    assert after == told
    wrong = caller.post(f"{one}/set_instalments", {"instalments": [{"name": "x", "share": "y"}]})
    assert set(fields_in(wrong)) == {"instalments.0.share", "instalments.0.due_on"}
    twice = caller.post("contracts", {"name": "Twice", "number": "erp-1"})
    assert fields_in(twice) == ["number"]
    assert caller.post(f"{one}/sign").status_code == 422, "It is with nobody yet."


def test_what_becomes_of_a_contract_is_said_by_its_actions_alone(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        contract = make_contract(by, *THIRDS)
        one = f"contracts/{contract.id}"
    caller = program(alice)
    assert fields_in(caller.call("PATCH", one, {"status": "active"})) == ["status"]
    assert fields_in(caller.call("PATCH", one, {"collected": "5"})) == ["collected"]
    assert program(dora).post(f"{one}/sign").status_code == 403
    assert caller.post(f"{one}/renew").status_code == 422
    signed = caller.post(f"{one}/sign", {"signed_on": "2026-01-31"})
    assert signed.status_code == 200, signed.text
    assert signed.json is not None
    assert (signed.json["signed_on"], signed.json["next_due_on"]) == ("2026-01-31", "2026-01-31")
    told = caller.get(f"{one}/instalments").json
    assert told is not None
    first, _second, third = told["data"]
    assert (first["reached_on"], first["status"]) == ("2026-01-31", "overdue")
    reached = {"instalment": third["id"], "on": "2026-02-01"}
    assert caller.post(f"{one}/reach", reached).status_code == 200
    assert fields_in(caller.post(f"{one}/reach", {"instalment": first["name"]})) == ["instalment"]
    ended = caller.post(f"{one}/terminate", {"reason": "Moved", "on": "2026-03-01"})
    assert ended.status_code == 200
    assert caller.post(f"{one}/set_instalments", {"instalments": []}).status_code == 422


@pytest.mark.parametrize("key", ["amount", "instalment_count"])
def test_whoever_may_not_see_amounts_reads_no_instalments(
    acme: Workspace, bob: Person, program: Programs, key: str
) -> None:
    with acme.acting(bob) as by:
        one = f"contracts/{make_contract(by, *THIRDS).id}"
    caller = program(bob)
    assert caller.get(f"{one}/instalments").status_code == 200
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = {"role_id": role.id, "record_type": "contract", "field": key}
        session.add(FieldRule(**rule, access=int(FieldAccess.HIDDEN)))
        role.stamp = new_id()
    assert caller.get(f"{one}/instalments").status_code == 403


def test_a_contract_of_another_workspace_is_not_there(
    acme: Workspace, alice: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        contract_id = make_contract(by).id
    assert charlie.client.get(f"/contracts/{contract_id}").status_code == 404
    assert charlie.client.get(f"/contracts/{contract_id}/instalments").status_code == 404
