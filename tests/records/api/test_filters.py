"""Filters over the API: a tree in one argument, beside the plain ones, with the caller's rights."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, fields_in


def asked(tree: Any) -> str:
    return f"filter={quote(json.dumps(tree))}"


def found(api: Program, query: str, collection: str = "accounts") -> list[str]:
    answer = api.get(f"{collection}?{query}&sort=created_at&total=exact")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["total"] == len(answer.json["data"])
    return [row["name"] for row in answer.json["data"]]


def test_a_tree_and_plain_filters_must_both_hold(alice: Person, program: Programs) -> None:
    api = program(alice)
    api.make(name="Fence", city="Leeds")
    api.make(name="Gate", city="York", lifecycle="customer")
    api.make(name="Hedge", city="York")
    either = asked({"or": [{"f": "city", "v": "Leeds"}, {"f": "lifecycle", "v": "customer"}]})
    assert found(api, either) == ["Fence", "Gate"]
    assert found(api, f"{either}&city=York") == ["Gate"]
    assert found(api, "created_at=today&city__nin=Leeds") == ["Gate", "Hedge"]


def test_contacts_are_found_by_their_account(alice: Person, program: Programs) -> None:
    api = program(alice)
    fence = api.make(name="Fence", city="Leeds")
    api.post("contacts", {"last_name": "Ash", "account_id": fence["id"]})
    api.post("contacts", {"last_name": "Birch"})
    assert found(api, "account_id.city=Leeds", "contacts") == ["Ash"]


def test_a_field_that_is_hidden_or_unknown_is_refused_by_its_name(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        hidden = {("account", "phone"): FieldAccess.HIDDEN}
        write_rights(by, role, acme.actor(bob).rights.grants, hidden)
    api = program(bob)
    for key in ("phone", "nothing"):
        tree = {"or": [{"f": key, "op": "isnull", "v": True}, {"f": "city", "v": "York"}]}
        assert fields_in(api.get(f"accounts?{asked(tree)}")) == [f"{key}__isnull"]
        related = f"account_id.{key}"
        assert fields_in(api.get(f"contacts?{related}=1")) == [related]
    assert fields_in(api.get("accounts?filter=%7B")) == ["filter"]


def test_the_right_to_read_accounts_is_the_tokens_own(alice: Person, program: Programs) -> None:
    narrow = program(alice, "contact:read")
    assert fields_in(narrow.get("contacts?account_id.city=Leeds")) == ["account_id.city"]


def test_a_filter_given_twice_is_refused_by_its_name(alice: Person, program: Programs) -> None:
    api = program(alice)
    for asked in ("owner_id=my_team&owner_id=me", "group=owner_id&owner_id=me&owner_id=me"):
        answer = api.get(f"contacts?{asked}")
        assert answer.status_code == 422
        assert fields_in(answer) == ["owner_id"]
