"""The OpenAPI document: valid, true to the answers, silent about what its reader may not see."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs

COLLECTIONS = ("accounts", "contacts", "activities", "products", "product_categories")


def read(api: Program) -> dict[str, Any]:
    """The document as the caller gets it."""
    answer = api.get("openapi.json")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def problems(document: dict[str, Any], name: str, value: Any) -> list[str]:
    """What stands against a value in one of the document's schemas."""
    schema = {**document["components"]["schemas"][name], "components": document["components"]}
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [one.message for one in validator.iter_errors(value)]


def test_the_document_is_valid_and_tells_of_every_type(alice: Person, program: Programs) -> None:
    document = read(program(alice))
    validate(document)
    assert document["openapi"].startswith("3.1")
    for collection in COLLECTIONS:
        assert set(document["paths"][f"/{collection}"]) == {"get", "post"}
        assert set(document["paths"][f"/{collection}/{{id}}"]) == {"get", "patch", "delete"}
    assert "post" in document["paths"]["/activities/{id}/complete"]


def test_what_is_answered_is_what_was_told(alice: Person, program: Programs) -> None:
    api = program(alice)
    account = api.make(city="York", tags=["vip"])
    contact = api.post("contacts", {"last_name": "Fence", "account_id": account["id"]}).json
    product = api.make("products", name={"en": "Saw"}, list_price="12.50", tax_rate=20)
    document = read(api)
    for name, record in (("Account", account), ("Contact", contact), ("Product", product)):
        assert problems(document, name, record) == [], name
    assert problems(document, "Account", {**account, "lifecycle": "nowhere"})
    assert problems(document, "Product", {**product, "list_price": 12.5})


def test_a_required_own_field_is_told_at_once_and_only_to_those_who_may_see_it(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    before = read(program(alice))["components"]["schemas"]
    assert "x_wood" not in before["Account"]["properties"]
    with acme.acting(alice) as by:
        wish = Wish({"en": "Wood", "zh-CN": "木材"}, is_required=True)
        define_field(by, tailored("account", by), "text", wish)
    document = read(program(alice))
    validate(document)
    assert document["components"]["schemas"]["Account"]["properties"]["x_wood"]["title"] == "Wood"
    assert "x_wood" in document["components"]["schemas"]["AccountCreate"]["required"]
    named = {"name": "Fence & Sons"}
    assert problems(document, "AccountCreate", {**named, "x_wood": None})
    assert program(alice).post("accounts", {**named, "x_wood": None}).status_code == 422
    assert not problems(document, "AccountCreate", {**named, "x_wood": "Oak"})
    chinese = program(alice).get("openapi.json", Accept_Language="zh-CN").json
    assert chinese["components"]["schemas"]["Account"]["properties"]["x_wood"]["title"] == "木材"
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        hidden = {("account", "x_wood"): FieldAccess.HIDDEN}
        write_rights(by, role, acme.actor(bob).rights.grants, hidden)
    assert "x_wood" not in program(bob).get("openapi.json").text


def test_who_may_only_read_is_told_of_nothing_that_changes(dora: Person, program: Programs) -> None:
    document = read(program(dora))
    validate(document)
    # What anybody who reads keeps for themselves, and what anybody can be asked to decide; what is
    # filled in or counted is read too.
    own = ("/views", "/followers", "/favourite", "/approvals", "/reports", "/render", "/snooze")
    own += ("/me", "/notices", "/work", "/report-readings", "/first_steps")
    paths = [path for path in document["paths"] if not any(one in path for one in own)]
    paths.remove("/home")
    changing = [path for path in paths if set(document["paths"][path]) != {"get"}]
    assert not changing, " ".join(changing)


def test_the_document_takes_no_parameters(alice: Person, program: Programs) -> None:
    assert program(alice).get("openapi.json?x=1").status_code == 422


@pytest.mark.parametrize("header", ["Bearer zk_nobody", ""])
def test_no_stranger_reads_it(alice: Person, program: Programs, header: str) -> None:
    assert program(alice).get("openapi.json", Authorization=header).status_code == 401
