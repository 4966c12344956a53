"""Looking at the workspace as another role: narrower in all ways, and nothing is changed by it."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import select

from app.events.models import Event
from app.identity.looking import look_as_role
from app.identity.models import Role, User, UserSession
from app.identity.operations.guard import require_writable
from app.identity.operations.preview import begin_preview
from app.identity.operations.roles import create_role, role_by_key, set_rights, write_rights
from app.identity.operations.tokens import create_token
from app.identity.rights import covers
from app.kernel.actor import FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Previewing
from app.records.access import can_read
from app.records.door import perform
from app.records.sharing.operations import create_rule
from app.records.sharing.stored import of_choices
from app.records.tailored import tailored
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_contact


def role_id(acme: Workspace, key: str) -> UUID:
    with acme.scope() as session:
        return role_by_key(session, key).id


def preview(person: Person, role: UUID, colleague: UUID | str = "") -> HostClient:
    """A browser in which somebody looks at the workspace as a role, or as a colleague."""
    client = person.client
    answer = client.post(f"/settings/roles/{role}/preview", data={"user_id": str(colleague)})
    assert answer.status_code == 303, answer.text
    return client


def make_admin(acme: Workspace, person: Person, key: str = "admin") -> None:
    with acme.scope() as session:
        session.get_one(User, person.user_id).role = role_by_key(session, key)


RIGHTS = [
    Rights(is_owner=True),
    Rights(),
    Rights({("contact", "read"): Reach.ALL, ("contact", "update"): Reach.OWN}),
    Rights({("contact", "read"): Reach.OWN}, {("contact", "phone"): FieldAccess.HIDDEN}),
    Rights({("contact", "read"): Reach.TEAM}, {("contact", "phone"): FieldAccess.READ}),
    Rights({("account", "read"): Reach.ALL, ("contact", "read"): Reach.TEAM}),
]


@pytest.mark.parametrize(("one", "other"), list(product(RIGHTS, RIGHTS)))
def test_what_both_allow_is_never_more_than_either(one: Rights, other: Rights) -> None:
    both = one.within(other)
    assert covers(one, both)
    assert covers(other, both)
    for kind, verb, key in product(("account", "contact"), ("read", "update"), ("phone", "name")):
        reaches = (one.reach(kind, verb), other.reach(kind, verb))
        assert both.reach(kind, verb) == (None if None in reaches else min(reaches))
        assert both.field(kind, key) == min(one.field(kind, key), other.field(kind, key))


def test_a_token_s_scopes_stay(acme: Workspace) -> None:
    narrow = Rights(is_owner=True).narrowed(frozenset({"contact:read"}))
    assert narrow.within(RIGHTS[2]).reach("contact", "update") is None
    assert narrow.within(RIGHTS[2]).reach("contact", "read") is Reach.ALL


def test_lists_and_pages_show_what_the_role_may_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope() as session:
        sales = role_by_key(session, "sales_rep")
        mine = make_account(acme.actor(alice), "Mine Ltd", phone="020 7946 0301")
        theirs = make_account(acme.actor(bob), "Theirs Ltd")
        write_rights(
            acme.actor(),
            sales,
            {("account", "read"): Reach.OWN, ("account", "update"): Reach.OWN},
            {("account", "phone"): FieldAccess.HIDDEN},
        )
        paths = [f"/accounts/{mine.id}", f"/accounts/{theirs.id}"]
        sales_id = sales.id
    before = alice.client.get("/accounts").text
    assert "Theirs Ltd" in before
    assert "preview-bar" not in before
    client = preview(alice, sales_id)
    listed = client.get("/accounts").text
    assert "Mine Ltd" in listed
    assert "Theirs Ltd" not in listed
    assert "You are looking as the role Sales rep." in listed
    assert "Leave the preview" in listed
    page = client.get(paths[0]).text
    assert "Mine Ltd" in page
    assert "79460301" not in page.replace(" ", "")
    assert client.get(paths[1]).status_code == 404
    assert 'name="phone"' not in client.get(f"{paths[0]}/edit").text
    assert client.get("/contacts").status_code == 403
    assert client.get("/settings/roles").status_code == 403
    api = client.get("/api/v1/accounts")
    assert [one["name"] for one in api.json["data"]] == ["Mine Ltd"]
    ended = client.post("/preview/end")
    assert ended.status_code == 303
    assert ended.location.endswith(f"/settings/roles/{sales_id}")
    assert "Theirs Ltd" in client.get("/accounts").text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/accounts/new"),
        ("POST", "{account}/edit"),
        ("POST", "{account}/delete"),
        ("POST", "/accounts/views/new"),
        ("POST", "/settings/tags/new"),
        ("POST", "/settings/me"),
        ("POST", "/settings/roles/new"),
        ("POST", "/settings/roles/{role}/preview"),
        ("POST", "/settings/me/tokens/new"),
        ("POST", "/login"),
    ],
)
def test_nothing_is_changed_meanwhile(
    acme: Workspace, alice: Person, method: str, path: str
) -> None:
    with acme.acting(alice) as by:
        account = f"/accounts/{make_account(by).id}"
    admin = role_id(acme, "admin")  # A role that may do all of this itself.
    client = preview(alice, admin)
    with acme.scope() as session:
        before = session.query(Event).count()
    answer = client.open(path.format(account=account, role=admin), method=method, data={})
    assert answer.status_code == 403, answer.text
    assert "You are looking as Admin." in answer.text
    assert 'action="/preview/end"' in answer.text  # The button that ends it.
    with acme.scope() as session:
        assert session.query(Event).count() == before


def test_the_door_and_the_operations_refuse_too(acme: Workspace, alice: Person) -> None:
    with acme.scope() as session:
        account = make_account(acme.actor(alice))
        user = session.get_one(User, alice.user_id)
        admin = role_by_key(session, "admin")
        by = look_as_role(acme.actor(user), user, admin)
        assert by.may("account", "update")
        for change in (
            lambda: perform("account", "update", account, by=by, city="York"),
            lambda: perform("account", "create", by=by, name="New"),
            lambda: require_writable(by),
            lambda: begin_preview(by, session.scalars(select(UserSession)).first(), admin),
        ):
            with pytest.raises(Previewing):
                change()


def test_nobody_sees_more_than_before_by_looking_as_a_mightier_role(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Bob may edit roles but reads his own accounts only, without their phones."""
    with acme.scope() as session:
        by = acme.actor()
        editors = create_role(acme.actor(alice), label="Editors")
        write_rights(
            by,
            editors,
            {("role", "manage"): Reach.ALL, ("account", "read"): Reach.OWN},
            {("account", "phone"): FieldAccess.HIDDEN},
        )
        session.get_one(User, bob.user_id).role = editors
        theirs = make_account(acme.actor(alice), "Theirs Ltd", phone="020 7946 0301")
        admin = role_by_key(session, "admin").id
        path = f"/accounts/{theirs.id}"
    client = preview(bob, admin)
    assert "Theirs Ltd" not in client.get("/accounts").text
    assert client.get(path).status_code == 404
    assert client.get("/contacts").status_code == 403
    assert client.get("/settings/people").status_code == 403
    assert client.get("/api/v1/accounts").json["data"] == []
    assert client.get("/search?q=theirs&fmt=palette").text.count("Theirs") == 0


def test_what_is_shared_with_the_role_opens_nothing_that_was_closed(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope() as session:
        owner = acme.actor(alice)
        shared = make_account(owner, "Shared Ltd", lifecycle="customer")
        role = create_role(owner, label="Desk")
        grants = {("account", "read"): Reach.OWN, ("role", "manage"): Reach.ALL}
        set_rights(owner, role, grants=grants, fields={})
        create_rule(
            owner,
            "account",
            filters=of_choices({"lifecycle": ["customer"]}),
            access="read",
            group=f"role:{role.id}",
        )
        session.flush()
        other = create_role(owner, label="Editors")
        set_rights(owner, other, grants=grants, fields={})
        session.get_one(User, bob.user_id).role = other
        session.flush()
        account_type = tailored("account", owner)

        def sees(person: Person, as_role: Role) -> bool:
            user = session.get_one(User, person.user_id)
            session.refresh(user)
            by = look_as_role(acme.actor(user), user, as_role)
            return can_read(account_type, shared.id, by)

        shared.owner_id = None
        session.flush()
        assert sees(alice, role)  # She reads all accounts, so she sees what the role does.
        assert not sees(alice, other)
        assert not sees(bob, role)  # His own role is not let see it, so looking is not either.


def test_it_is_told_in_the_audit_and_ends_with_the_session(acme: Workspace, alice: Person) -> None:
    viewer = role_id(acme, "viewer")
    client = preview(alice, viewer)
    other = alice.sign_in()
    assert "preview-bar" not in other.get("/").text  # Her other devices know nothing of it.
    client.post("/preview/end")
    client.post("/preview/end")  # Twice is once.
    with acme.scope() as session:
        told = session.execute(
            select(Event.verb, Event.actor_id, Event.record_id)
            .where(Event.verb.like("preview%"))
            .order_by(Event.at, Event.id)
        ).all()
    assert told == [
        ("preview_begun", alice.user_id, viewer),
        ("preview_ended", alice.user_id, viewer),
    ]
    assert "Began to see as this role" in client.get("/settings/audit").text
    preview(alice, viewer)
    assert client.post("/logout").status_code == 303
    assert "preview-bar" not in alice.sign_in().get("/").text


def test_tokens_are_not_narrowed_by_a_preview(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        secret = create_token(by, user, name="Robot").secret
    preview(alice, role_id(acme, "viewer"))
    headers = {"Authorization": f"Bearer {secret}"}
    answer = alice.client.post("/api/v1/accounts", json={"name": "By robot"}, headers=headers)
    assert answer.status_code == 201, answer.text


def test_who_may_not_edit_roles_looks_as_none(acme: Workspace, bob: Person, alice: Person) -> None:
    viewer, owner = role_id(acme, "viewer"), role_id(acme, "owner")
    assert bob.client.post(f"/settings/roles/{viewer}/preview").status_code == 403
    with acme.acting(bob) as by:
        session = by.session.scalars(select(UserSession)).first()
        role = by.session.get_one(Role, viewer)
        with pytest.raises(NotPermitted):
            begin_preview(by, session, role)
    assert alice.client.post(f"/settings/roles/{owner}/preview").status_code == 422
    assert "Look as" not in alice.client.get(f"/settings/roles/{owner}").text
    assert "Look as" in alice.client.get(f"/settings/roles/{viewer}").text


def test_a_role_that_is_removed_ends_its_preview(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        role = create_role(by, label="Short-lived")
        found = role.id
    client = preview(alice, found)
    assert "preview-bar" in client.get("/").text
    with acme.scope() as session:
        session.delete(session.get_one(Role, found))
    assert "preview-bar" not in client.get("/").text


def test_opening_a_record_meanwhile_is_not_remembered(acme: Workspace, alice: Person) -> None:
    with acme.scope():
        path = f"/contacts/{make_contact(acme.actor()).id}"
    client = preview(alice, role_id(acme, "admin"))
    assert client.get(path).status_code == 200
    client.post("/preview/end")
    assert path not in client.get("/search?fmt=palette").text
