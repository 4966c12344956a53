"""Rights that came after a role was saved: marked, told in the list, and granted by nobody."""

from __future__ import annotations

import re
from uuid import UUID

from app.identity.models import Role, User
from app.identity.operations.roles import create_role, role_by_key, set_rights
from app.identity.operations.undecided import offered_rights, undecided
from app.kernel.actor import Reach
from tests.cast import Person, Workspace

MARKED = re.compile(r'<span class="pill pill-warn">New</span><select [^>]*name="grant\.([a-z_.]+)"')
DECIDE = "New rights: decide"


def own_role(acme: Workspace, *later: str) -> UUID:
    """A role of the workspace's own from before there were the rights `later`."""
    with acme.acting() as by:
        role = create_role(by, label="Buyers")
        set_rights(by, role, grants={("account", "read"): Reach.ALL}, fields={})
        role.offered = [one for one in role.offered or () if one not in later]
        return role.id


def test_rights_that_came_since_are_marked_and_granted_by_nobody(
    acme: Workspace, alice: Person
) -> None:
    role_id = own_role(acme, "contact:export", "product:read")
    assert DECIDE in alice.client.get("/settings/roles").text
    page = alice.client.get(f"/settings/roles/{role_id}").text
    assert sorted(MARKED.findall(page)) == ["contact.export", "product.read"]
    assert "came after this role was saved last" in page
    with acme.scope() as session:
        role = session.get_one(Role, role_id)
        session.get_one(User, alice.user_id).role = role
    assert alice.client.get("/products").status_code == 403


def test_saving_the_role_decides(acme: Workspace, alice: Person) -> None:
    role_id = own_role(acme, "contact:export", "tag:manage")
    sent = {"label": "Buyers", "grant.account.read": "3", "grant.contact.export": "1"}
    assert alice.client.post(f"/settings/roles/{role_id}", data=sent).status_code == 303
    page = alice.client.get(f"/settings/roles/{role_id}").text
    assert MARKED.findall(page) == []
    assert "came after" not in page
    assert DECIDE not in alice.client.get("/settings/roles").text
    with acme.acting(alice) as by:
        assert undecided(by.session.get_one(Role, role_id), by) == frozenset()


def test_a_right_on_a_subject_of_the_settings_is_marked_too(acme: Workspace, alice: Person) -> None:
    role_id = own_role(acme, "tag:manage")
    page = alice.client.get(f"/settings/roles/{role_id}").text
    assert re.search(r'name="grant\.tag\.manage"[^<]*<span>Manage</span> <span class="pill', page)
    assert page.count(">New</span>") == 1


def test_built_in_roles_are_marked_nowhere_as_releases_give_them_theirs(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        viewer = role_by_key(by.session, "viewer")
        assert undecided(viewer, by) == frozenset()
        set_rights(by, viewer, grants={("account", "read"): Reach.ALL}, fields={})
        assert viewer.offered is None
    assert DECIDE not in alice.client.get("/settings/roles").text


def test_a_copy_knows_what_its_original_knew(acme: Workspace, alice: Person) -> None:
    role_id = own_role(acme, "contact:export")
    with acme.acting(alice) as by:
        copy = create_role(by, label="Copy", like=by.session.get_one(Role, role_id))
        assert undecided(copy, by) == {("contact", "export")}
        fresh = create_role(by, label="Fresh", like=role_by_key(by.session, "viewer"))
        assert undecided(fresh, by) == frozenset()


def test_what_a_module_that_is_off_offers_stays_known(acme: Workspace, alice: Person) -> None:
    role_id = own_role(acme)
    with acme.acting(alice) as by:
        role = by.session.get_one(Role, role_id)
        role.offered = [*(role.offered or ()), "opportunity:read"]
        set_rights(by, role, grants={}, fields={})
        assert set(role.offered or ()) == {*offered_rights(by), "opportunity:read"}
