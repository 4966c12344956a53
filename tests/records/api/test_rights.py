"""Rights over the API: what a role, a token and a stranger get to see and to do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.crm.models import Account
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs, fields_in


def test_what_a_role_may_not_see_is_absent_and_can_not_be_asked_for(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        rights = {
            ("account", "phone"): FieldAccess.HIDDEN,
            ("account", "city"): FieldAccess.READ,
        }
        write_rights(by, role, acme.actor(bob).rights.grants, rights)
    api = program(bob)
    record = api.make()
    one = f"accounts/{record['id']}"
    assert "phone" not in record
    assert "city" in record
    assert fields_in(api.patch(one, {"phone": "1"}), 403) == ["phone"]
    assert fields_in(api.patch(one, {"city": "York"}), 403) == ["city"]
    assert fields_in(api.get("accounts?phone=1")) == ["phone"]
    assert fields_in(api.get("accounts?phone__isnull=true")) == ["phone__isnull"]
    assert fields_in(api.get("accounts?fields=phone")) == ["fields"]
    assert fields_in(api.get(f"{one}?fields=phone")) == ["fields"]
    assert api.get(one).json == record


def test_a_colleague_without_the_right_is_told_so_and_a_stranger_learns_nothing(
    alice: Person, bob: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    record = program(alice).make()
    one, never = f"accounts/{record['id']}", "accounts/01a20172-c7fd-73c7-b690-51729345771b"
    viewer = program(dora)
    assert viewer.get(one).status_code == 200
    assert viewer.patch(one, {"city": "York"}).status_code == 403
    assert viewer.delete(one).status_code == 403
    assert viewer.post("accounts", {"name": "Mine"}).status_code == 403
    for other in (program(bob), program(charlie)):
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"city": "York"}),
            ("DELETE", "", None),
            ("POST", "/restore", None),
        ):
            answers = [
                other.call(method, f"{target}{path}", body)
                for target in (one, never, "accounts/not-an-id")
            ]
            assert {answer.status_code for answer in answers} == {404}, (method, path)
            assert len({answer.data for answer in answers}) == 1
            assert len({tuple(sorted(without_id(answer))) for answer in answers}) == 1
    assert program(alice).get(one).json == record


def without_id(answer: Any) -> list[tuple[str, str]]:
    """The headers but those that change with each call: its id, its time, what a pace leaves."""
    own = ("X-Request-ID", "Date", "RateLimit")
    return [pair for pair in answer.headers if pair[0] not in own]


def test_a_token_is_unknown_elsewhere_and_no_token_is_nobody(
    alice: Person, charlie: Person, program: Programs
) -> None:
    api, foreign = program(alice), program(charlie)
    foreign.token = api.token
    for answer in (
        foreign.get("accounts"),
        api.get("accounts", Authorization=""),
        api.get("accounts", Authorization="Bearer zk_nothing"),
        api.get("accounts", Authorization=f"Basic {api.token}"),
        api.post("accounts", {"name": "A"}, Authorization=""),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json["status"] == 401
        assert answer.json["detail"] == "Send a valid API token in the Authorization header."


def test_a_browser_may_read_the_api_and_never_write_by_its_cookie(alice: Person) -> None:
    headers = {"Content-Type": "application/json"}
    assert alice.client.get("/api/v1/accounts").status_code == 200
    answer = alice.client.post("/api/v1/accounts", data='{"name":"A"}', headers=headers)
    assert answer.status_code == 401


def test_a_token_does_only_what_its_scopes_name(alice: Person, program: Programs) -> None:
    full, reader = program(alice), program(alice, "account:read")
    one = f"accounts/{full.make()['id']}"
    assert reader.get(one).status_code == 200
    for answer in (
        reader.patch(one, {"city": "York"}),
        reader.delete(one),
        reader.post("accounts", {"name": "B"}),
        reader.get("contacts"),
        program(alice, "account:create").get("accounts"),
    ):
        assert answer.status_code == 403
    assert full.get(one).json["city"] is None


def test_a_record_of_another_tenant_is_no_reference(
    acme: Workspace, alice: Person, charlie: Person, program: Programs
) -> None:
    foreign = program(charlie).make(name="Theirs")
    api = program(alice)
    for field, path in (("parent_id", "accounts"), ("owner_id", "accounts")):
        value = foreign["id"] if field == "parent_id" else str(charlie.user_id)
        assert fields_in(api.post(path, {"name": "A", field: value})) == [field]
    with acme.acting(alice) as by:
        assert by.session.scalars(select(Account.id)).all() == []


def test_a_reference_to_a_type_that_a_role_may_not_read_is_hidden_like_any_field(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting() as by:
        account = make_account(by)
        colleague = make_contact(by, "Gray", "Gina", account_id=str(account.id))
        contact = make_contact(by, account_id=str(account.id), owner_id=str(bob.user_id))
        perform("contact", "update", colleague, by=by, owner_id=str(bob.user_id))
        role = role_by_key(by.session, "sales_rep")
        grants = acme.actor(bob).rights.grants
        grants = {key: reach for key, reach in grants.items() if key[0] != "account"}
        write_rights(by, role, grants, {})
        account_id, one = str(account.id), f"contacts/{contact.id}"
    api = program(bob)
    assert "account_id" in program(alice).get(one).json
    assert "account_id" not in api.get(one).json
    assert fields_in(api.get(f"contacts?account_id={account_id}")) == ["account_id"]
    assert fields_in(api.patch(one, {"account_id": None}), 403) == ["account_id"]
    for path in (f"/{one}", f"/{one}/edit", "/contacts", "/contacts/new"):
        page = bob.client.get(path)
        assert page.status_code == 200
        for told in ("account_id", account_id, "Fence &amp; Sons", "Others at this account"):
            assert told not in page.text, (path, told)
    assert bob.client.get(f"/contacts?account_id={account_id}").status_code == 422
    assert bob.client.get("/lookup/account?q=F").status_code == 403
    assert bob.client.get(f"/{one}/fields/account_id").status_code == 403
