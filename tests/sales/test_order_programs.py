"""Orders for programs: lines in and out, what is wrong told by its place, who may what."""

from __future__ import annotations

import pytest

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in, program
from tests.sales.test_orders import make_order
from tests.sales.test_quotes import FENCE

__all__ = ["program"]


def test_a_program_makes_an_order_with_lines_and_reads_them_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    caller = program(alice)
    made = caller.post(
        "orders",
        {
            "name": "Fences",
            "number": "WEB-1",
            "ordered_at": "2026-11-01T10:00:00Z",
            "currency": "GBP",
            "lines": [FENCE, {"name": "Nails", "unit_price": "0.025", "quantity": "100"}],
        },
    )
    assert made.status_code == 201, made.text
    assert made.json is not None
    assert (made.json["number"], made.json["status"]) == ("WEB-1", "draft")
    one = f"orders/{made.json['id']}"
    told = caller.get(f"{one}/lines").json
    assert told is not None
    assert [(line["name"], line["net"]) for line in told["data"]] == [
        ("Green fence", "125.00"),
        ("Nails", "2.50"),
    ]
    assert caller.post(f"{one}/set_lines", {"lines": told["data"][:1]}).status_code == 200
    left = caller.get(f"{one}/lines").json
    assert left is not None
    assert left["data"] == told["data"][:1]
    wrong = caller.post(f"{one}/set_lines", {"lines": [{"name": "x", "unit_price": "y"}]})
    assert fields_in(wrong) == ["lines.0.unit_price"]
    again = caller.post("orders", {"name": "Twice", "number": "web-1"})
    assert fields_in(again) == ["number"]
    assert caller.post(f"{one}/confirm").status_code == 422, "It is for nobody yet."


def test_what_becomes_of_an_order_is_said_by_its_actions_alone(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        one = f"orders/{make_order(by).id}"
    caller = program(alice)
    assert fields_in(caller.call("PATCH", one, {"status": "completed"})) == ["status"]
    assert program(dora).post(f"{one}/confirm").status_code == 403
    assert caller.post(f"{one}/credit").status_code == 422, "Nothing was delivered yet."
    for verb in ("confirm", "deliver", "complete"):
        assert caller.post(f"{one}/{verb}").status_code == 200
    assert caller.post(f"{one}/cancel", {"reason": "Late"}).status_code == 422


@pytest.mark.parametrize("key", ["net", "total"])
def test_whoever_may_not_see_sums_reads_no_lines(
    acme: Workspace, bob: Person, program: Programs, key: str
) -> None:
    with acme.acting(bob) as by:
        one = f"orders/{make_order(by).id}"
    caller = program(bob)
    assert caller.get(f"{one}/lines").status_code == 200
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = {"role_id": role.id, "record_type": "order", "field": key}
        session.add(FieldRule(**rule, access=int(FieldAccess.HIDDEN)))
        role.stamp = new_id()
    assert caller.get(f"{one}/lines").status_code == 403


def test_an_order_of_another_workspace_is_not_there(
    acme: Workspace, alice: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        order_id = make_order(by).id
    assert charlie.client.get(f"/orders/{order_id}").status_code == 404
    assert charlie.client.get(f"/orders/{order_id}/lines").status_code == 404
