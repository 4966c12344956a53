"""Nobody climbs: not by roles, invitations or tokens, not by columns that no form shows."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, update

from app.crm.models import Contact
from app.identity.models import Grant, Role
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.registry import registry
from app.records.values import as_json
from tests.attacks.program import Programs
from tests.cast import PASSWORD, Part, Person, Workspace, visitor
from tests.conformance.examples import make
from tests.factories import make_contact
from tests.isolation.state import digest
from tests.laundry import Laundry

install_record_types()


@pytest.fixture
def erin(app: Flask, acme: Workspace) -> Person:
    """An admin of Acme: everything but what the owner alone may do."""
    part = Part("Erin Eames", "erin@acme.example", "admin")
    with acme.acting() as by:
        role = role_by_key(by.session, "admin")
        user = create_user(by, email=part.email, name=part.name, role=role, password=PASSWORD)
    return Person(part, acme, user.id, app)


def role_id(workspace: Workspace, key: str) -> str:
    with workspace.scope() as session:
        return str(role_by_key(session, key).id)


def test_an_admin_makes_no_owner(
    acme: Workspace, alice: Person, erin: Person, bob: Person, laundry: Laundry
) -> None:
    browser = erin.client
    owner = role_id(acme, "owner")
    before = digest(laundry, acme.facts)
    attempts: list[tuple[str, dict[str, Any]]] = [
        (f"/settings/people/{erin.user_id}", {"role_id": owner}),
        (f"/settings/people/{bob.user_id}", {"role_id": owner}),
        (f"/settings/people/{alice.user_id}", {"role_id": role_id(acme, "viewer")}),
        (f"/settings/people/{alice.user_id}/disable", {}),
        (f"/settings/people/{alice.user_id}/send-reset", {}),
        (f"/settings/people/{alice.user_id}/clear-two-factor", {}),
        (f"/settings/people/{alice.user_id}/confirm-phone", {}),
        (f"/settings/people/{alice.user_id}/invite-again", {}),
        ("/settings/people/invite", {"way": "mail", "email": "x@y.example", "role_id": owner}),
        ("/settings/people/invite", {"way": "link", "role_id": owner, "max_uses": "1"}),
        ("/settings/roles/new", {"label": "Boss", "like": owner}),
        (f"/settings/roles/{owner}", {"label": "Owner", "grant.contact.read": "3"}),
        (f"/settings/roles/{owner}/delete", {}),
        ("/settings/me", {"name": erin.name, "role_id": owner, "is_owner": "1", "id": "x"}),
    ]
    for path, form in attempts[:-1]:
        assert browser.post(path, data=form).status_code in (303, 403, 422), path
        assert digest(laundry, acme.facts) == before, path
    browser.post(*attempts[-1][:1], data=attempts[-1][1])
    assert erin.user.role.key == "admin"


def test_the_strongest_role_can_t_be_passed_off_as_a_weak_one(
    acme: Workspace, erin: Person
) -> None:
    """An owner who gives out what is called Viewer must not give out the workspace."""
    owner = role_id(acme, "owner")
    assert erin.client.post(f"/settings/roles/{owner}", data={"label": "Viewer"}).status_code == 403
    with acme.scope() as session:
        assert role_by_key(session, "owner").label["en"] == "Owner"


def test_a_role_grants_only_what_its_editor_has(acme: Workspace, alice: Person) -> None:
    """Frances may edit roles and nothing else, so whatever she writes into one is refused."""
    with acme.acting(alice) as by:
        role = Role(
            id=new_id(),
            key=None,
            label={"en": "Clerk"},
            is_owner=False,
            position=50,
            stamp=new_id(),
            created_at=by.now,
        )
        by.session.add(role)
        by.session.flush()
        by.session.add(Grant(role_id=role.id, record_type="role", verb="manage", reach=3))
        user = create_user(
            by, email="frances@acme.example", name="Frances", role=role, password=PASSWORD
        )
        frances = Person(Part("Frances", user.email, ""), acme, user.id, alice.app)
        mine = str(role.id)
    for grant in ("contact.read", "user.manage", "token.create", "audit.read", "*.*", "x.y"):
        for reach in ("1", "2", "3", "9", "-1"):
            form = {"label": "Clerk", "grant.role.manage": "3", f"grant.{grant}": reach}
            answer = frances.client.post(f"/settings/roles/{mine}", data=form)
            assert answer.status_code in (403, 422), (grant, reach)
    with acme.scope() as session:
        found = session.execute(select(Grant.record_type).where(Grant.role_id == mine)).all()
    assert [row[0] for row in found] == ["role"]


def test_a_token_is_no_stronger_than_its_user(acme: Workspace, bob: Person) -> None:
    for scope in ("user:manage", "role:manage", "workspace:manage", "account:fly", "x", "*:*"):
        answer = bob.client.post("/settings/me/tokens/new", data={"name": "Report", "scope": scope})
        assert answer.status_code in (403, 422), scope


def test_who_is_disabled_is_gone_at_the_next_request(
    app: Flask, acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    api, browser = program(bob), bob.client
    assert api.get("contacts").status_code == browser.get("/contacts").status_code == 200
    path = f"/settings/people/{bob.user_id}/disable"
    assert alice.client.post(path).status_code == 303
    assert api.get("contacts").status_code == 401
    assert browser.get("/contacts").status_code == 302
    entered = visitor(app, acme).post("/login", data={"email": bob.email, "password": bob.password})
    assert entered.status_code == 422


def test_the_last_owner_can_t_go(acme: Workspace, alice: Person, laundry: Laundry) -> None:
    browser = alice.client
    before = digest(laundry, acme.facts)
    viewer = role_id(acme, "viewer")
    for path, form in (
        (f"/settings/people/{alice.user_id}", {"role_id": viewer}),
        (f"/settings/people/{alice.user_id}/disable", {}),
    ):
        assert browser.post(path, data=form).status_code == 422
        assert digest(laundry, acme.facts) == before


@pytest.mark.parametrize("kind", [one.key for one in registry()])
def test_no_column_beyond_the_fields_is_ever_taken(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person, program: Programs, kind: str
) -> None:
    record_type = registry().type(kind)
    with acme.acting(alice) as by:
        found = make(record_type, by)
        before = columns(found)
    fields = {field.key for field in record_type.fields if not field.readonly}
    forged = {
        "version": 99,
        "deleted_at": "2020-01-01T00:00:00Z",
        "custom": {"x": 1},
        "search_grams": ["x"],
        "search_text": "x",
    }
    forged |= {key: str(new_id()) for key in before if key.endswith("_id") or key == "id"}
    forged |= {key: "2020-01-01T00:00:00Z" for key in before if key.endswith("_at")}
    forged |= dict.fromkeys(("tenant_id", "role", "is_admin", "by", "session", "batch_id"), "x")
    barred = {key: value for key, value in forged.items() if key not in fields}
    api, path = program(alice), f"{record_type.collection}/{found.id}"
    for key, value in barred.items():
        if key in record_type.inputs:
            continue
        assert api.patch(path, {key: value}).status_code == 422, key
        assert api.post(record_type.collection, {key: value}).status_code == 422, key
        assert alice.client.post(f"/{path}/fields/{key}", data={key: value}).status_code in (
            403,
            404,
        )
    alice.client.post(f"/{path}/edit", data={key: str(value) for key, value in barred.items()})
    with acme.scope() as session:
        assert columns(session.get_one(record_type.model, found.id)) == before
    stranger = {"owner_id": str(charlie.user_id)}
    assert api.patch(path, stranger).status_code == 422
    assert alice.client.post(f"/{path}/edit", data=stranger).status_code == 422


def columns(record: Any) -> dict[str, Any]:
    """Every column of a row as it stands."""
    return {
        one.key: as_json(getattr(record, one.key)) for one in inspect(type(record)).column_attrs
    }


def test_foreign_ids_among_own_ones_are_left_out_of_a_change(
    acme: Workspace, globex: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    with globex.acting(charlie) as by:
        foreign = str(make_contact(by).id)
    with acme.acting(alice) as by:
        colleague = str(make_contact(by).id)
    with acme.acting(bob) as by:
        own = str(make_contact(by).id)
    for other in (foreign, colleague, str(new_id())):
        bob.client.post("/contacts/bulk", data={"verb": "delete", "id": [own, other]})
        with acme.scope() as session:
            gone = session.scalars(select(Contact.id).where(Contact.deleted_at.is_not(None))).all()
            assert [str(one) for one in gone] == [own], "what is not his was left out"
            restored = update(Contact).values(deleted_at=None, delete_batch_id=None)
            session.execute(restored)
    with globex.scope() as session:
        assert all(one.deleted_at is None for one in session.scalars(select(Contact)))


def test_a_foreign_reference_is_one_that_never_was(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person, program: Programs
) -> None:
    with globex.acting(charlie) as by:
        theirs = {one.key: str(make(one, by).id) for one in registry()}
        theirs["user"] = str(charlie.user_id)
    with acme.acting(alice) as by:
        own = {one.key: str(make(one, by).id) for one in registry()}
    api = program(alice)
    for one in registry():
        for field in one.fields:
            if field.to and not field.readonly:
                path = f"{one.collection}/{own[one.key]}"
                told = [
                    api.patch(path, {field.key: value})
                    for value in (theirs[field.to], str(new_id()))
                ]
                assert [answer.status_code for answer in told] == [422, 422], (path, field.key)
                assert told[0].json == told[1].json, (path, field.key)
    for kind, value in theirs.items():
        assert value not in alice.client.get(f"/lookup/{kind}?q=").text


def test_the_owner_of_a_workspace_is_no_operator(app: Flask, alice: Person) -> None:
    service = visitor(app)
    for name in ("session", "operator"):
        cookie = alice.client.get_cookie("session", domain=alice.workspace.host)
        assert cookie is not None
        service.set_cookie(name, cookie.value, domain=service.host)
    for path in ("/operator", "/operator/mail", "/operator/mail/x/body"):
        assert service.get(path).status_code in (303, 404)
        assert alice.client.get(path).status_code == 404
