"""Roles: what is granted, and that nobody grants what they lack."""

import re

import pytest
from sqlalchemy import func, select

from app.identity import permissions, settings_pages
from app.identity.models import Grant, User
from app.identity.operations.roles import (
    create_role,
    delete_role,
    grantable_roles,
    list_roles,
    role_by_key,
    set_rights,
)
from app.identity.permissions import Choice, PermissionGroup
from app.identity.rights import covers, read_rights, rights_of
from app.identity.seeds import BUILT_IN
from app.kernel.actor import FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _


@pytest.fixture(autouse=True)
def gadgets(monkeypatch):
    """A subject of permissions that exists in these tests alone."""
    group = PermissionGroup(
        "gadget",
        _("Gadgets"),
        (Choice("read", _("Read")), Choice("update", _("Update"))),
        (Choice("price", _("Price")), Choice("made_on", _("Made on"), readonly=True)),
    )
    monkeypatch.setitem(permissions._groups, "gadget", group)


def test_a_workspace_begins_with_the_built_in_roles(acme):
    with acme.acting() as by:
        keys = [role.key for role in list_roles(by)]
    assert keys == [seed.key for seed in BUILT_IN]


def test_the_built_in_roles_grant_nothing_that_does_not_exist(app, acme):
    for seed in BUILT_IN:
        for record_type, verb in seed.grants:
            assert permissions.is_known(f"{record_type}:{verb}", acme.facts), (record_type, verb)


def test_rights_are_remembered_until_the_role_changes(acme, alice, bob):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        before = rights_of(by.session, user)
        assert rights_of(by.session, user) is before
        grants = {**before.grants, ("gadget", "read"): Reach.TEAM}
        set_rights(by, user.role, grants=known(grants), fields={})
        assert rights_of(by.session, user).reach("gadget", "read") is Reach.TEAM


def test_a_field_rule_narrows_a_field(acme, alice, bob):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        set_rights(
            by,
            user.role,
            grants={("gadget", "update"): Reach.ALL},
            fields={("gadget", "price"): FieldAccess.READ},
        )
        assert rights_of(by.session, user).field("gadget", "price") is FieldAccess.READ
        assert rights_of(by.session, user).field("gadget", "name") is FieldAccess.WRITE


def test_nobody_grants_what_they_lack(acme, alice, bob):
    role_id = may_edit_roles(acme, alice, bob, {("gadget", "read"): Reach.OWN})
    with acme.acting(bob) as by:
        role = create_role(by, label="Mine")
        set_rights(by, role, grants={("gadget", "read"): Reach.OWN}, fields={})
        for grants in (
            {("gadget", "read"): Reach.TEAM},
            {("gadget", "update"): Reach.OWN},
            {("user", "manage"): Reach.ALL},
        ):
            with pytest.raises(NotPermitted):
                set_rights(by, role, grants=grants, fields={})
        own = by.session.get_one(User, bob.user_id).role
        assert own.id == role_id
        with pytest.raises(NotPermitted):
            set_rights(by, own, grants={("gadget", "read"): Reach.ALL}, fields={})


def test_nobody_lifts_a_field_rule_they_are_under(acme, alice, bob):
    may_edit_roles(
        acme,
        alice,
        bob,
        {("gadget", "read"): Reach.ALL},
        {("gadget", "price"): FieldAccess.HIDDEN},
    )
    with acme.acting(bob) as by:
        role = create_role(by, label="Mine")
        grants = {("gadget", "read"): Reach.ALL}
        with pytest.raises(NotPermitted):
            set_rights(by, role, grants=grants, fields={})
        hidden = {("gadget", "price"): FieldAccess.HIDDEN}
        set_rights(by, role, grants=grants, fields=hidden)


def test_the_owner_s_role_can_be_neither_changed_nor_copied(acme, alice):
    with acme.acting(alice) as by:
        owner = role_by_key(by.session, "owner")
        with pytest.raises(Refused):
            set_rights(by, owner, grants={}, fields={})
        with pytest.raises(Refused):
            create_role(by, label="Second owner", like=owner)


def test_an_unknown_verb_or_field_never_becomes_a_grant(acme, alice):
    with acme.acting(alice) as by:
        role = create_role(by, label="Mine")
        for grants, fields in (
            ({("gadget", "explode"): Reach.ALL}, {}),
            ({("nothing", "read"): Reach.ALL}, {}),
            ({("user", "manage"): Reach.OWN}, {}),
            ({}, {("gadget", "weight"): FieldAccess.READ}),
        ):
            with pytest.raises(Refused):
                set_rights(by, role, grants=grants, fields=fields)
        assert not by.session.scalar(
            select(func.count()).select_from(Grant).where(Grant.role_id == role.id)
        )


def test_a_role_in_use_or_built_in_stays(acme, alice, bob):
    with acme.acting(alice) as by:
        role = create_role(by, label="Mine", like=role_by_key(by.session, "viewer"))
        by.session.get_one(User, bob.user_id).role = role
        by.session.flush()
        for one in (role, role_by_key(by.session, "viewer")):
            with pytest.raises(Refused):
                delete_role(by, one)


def test_an_admin_may_give_every_role_but_the_owner_s(acme, bob):
    with acme.scope() as session:
        session.get_one(User, bob.user_id).role = role_by_key(session, "admin")
    with acme.acting(bob) as by:
        assert {role.key for role in grantable_roles(by)} == {
            seed.key for seed in BUILT_IN if seed.key != "owner"
        }


@pytest.mark.parametrize("reach", list(Reach))
def test_covering_compares_reaches(reach):
    holder = Rights(grants={("gadget", "read"): Reach.TEAM})
    wanted = Rights(grants={("gadget", "read"): reach})
    assert covers(holder, wanted) == (reach <= Reach.TEAM)


def test_a_token_covers_no_more_than_its_scopes():
    holder = Rights(is_owner=True).narrowed(frozenset({"gadget:read"}))
    assert covers(holder, Rights(grants={("gadget", "read"): Reach.ALL}))
    assert not covers(holder, Rights(grants={("gadget", "update"): Reach.OWN}))
    assert not covers(holder, Rights(is_owner=True))


def test_the_matrix_is_edited_in_the_browser(acme, alice):
    with acme.scope() as session:
        role_id = role_by_key(session, "viewer").id
    page = alice.client.get(f"/settings/roles/{role_id}")
    assert "grant.gadget.read" in page.text
    form = {"label": "Viewer", "grant.gadget.read": "2", "field.gadget.price": "0"}
    assert alice.client.post(f"/settings/roles/{role_id}", data=form).status_code == 303
    with acme.scope() as session:
        rights = read_rights(session, role_by_key(session, "viewer"))
    assert rights.reach("gadget", "read") is Reach.TEAM
    assert rights.field("gadget", "price") is FieldAccess.HIDDEN


def test_a_field_kept_by_the_product_can_be_hidden_and_is_never_offered_to_be_written(acme, alice):
    with acme.scope() as session:
        role_id = role_by_key(session, "viewer").id
    assert offered(alice, role_id, "price") == ["Write", "Read only", "Hidden"]
    assert offered(alice, role_id, "made_on") == ["Read only", "Hidden"]
    form = {"label": "Viewer", "grant.gadget.read": "3", "field.gadget.made_on": "2"}
    for value, access in (("2", FieldAccess.WRITE), ("0", FieldAccess.HIDDEN)):
        form["field.gadget.made_on"] = value
        assert alice.client.post(f"/settings/roles/{role_id}", data=form).status_code == 303
        with acme.scope() as session:
            rights = read_rights(session, role_by_key(session, "viewer"))
        assert rights.field("gadget", "made_on") is access
    assert offered(alice, role_id, "made_on") == ["Read only", "Hidden"]


def test_a_role_offers_no_right_over_settings_that_have_no_page(app, acme, alice):
    with acme.acting(alice) as by:
        pages = {page.permission for page in settings_pages.for_actor(by) if page.permission}
    offered_rights = {
        (group.record_type, verb.key)
        for group in permissions.groups(acme.facts)
        if not group.has_reach
        for verb in group.verbs
    }
    # On pages that everybody may open, where a tag is typed, and where documents are made.
    everyones = {("token", "create"), ("trash", "erase"), ("tag", "create"), ("view", "share")}
    everyones |= {("export", "manage"), ("import", "manage"), ("report", "share")}
    everyones |= {("document", "seal"), ("document", "share")}
    everyones |= {("target", "manage")}  # On the page of the forecast.
    everyones |= {("insight", "read"), ("insight", "compute")}  # On the pages of insight.
    assert offered_rights == pages | everyones


def offered(person, role_id, field):
    """What the role's page offers for a field of gadgets, in its order."""
    page = person.client.get(f"/settings/roles/{role_id}").text
    select = page.partition(f'name="field.gadget.{field}"')[2].partition("</select>")[0]
    return re.findall(r"<option[^>]*>([^<]+)<", select)


def known(grants):
    """Only what is registered in this process."""
    return {key: reach for key, reach in grants.items() if key[0] == "gadget"}


def may_edit_roles(workspace, owner, person, grants, fields=None):
    """Put somebody into a role that may edit roles and has these rights besides."""
    with workspace.acting(owner) as by:
        role = create_role(by, label="Role editor")
        grants = {("role", "manage"): Reach.ALL, **grants}
        set_rights(by, role, grants=grants, fields=fields or {})
        by.session.get_one(User, person.user_id).role = role
        return role.id


def test_the_matrix_has_a_row_for_each_type_and_a_column_for_each_verb(acme, alice):
    with acme.scope() as session:
        role_id = role_by_key(session, "sales_rep").id
    page = alice.client.get(f"/settings/roles/{role_id}").text
    head, _tbody, body = page.partition('<table class="matrix">')[2].partition("<tbody>")
    verbs = re.findall(r'data-matrix-set="(\w+)"', head)
    assert verbs[:4] == ["read", "create", "update", "delete"], "what most types have stands first"
    assert len(set(verbs)) == len(verbs)
    rows = body.partition("</tbody>")[0].split("<tr>")[1:]
    for row in rows:
        assert row.count("<td") == len(verbs), "the cells stand below their verbs"
        assert 'data-matrix-set="row"' in row
    assert any('aria-label="Accounts · Change"' in row for row in rows)
    assert 'class="matrix-none"' in page, "a verb that a type lacks has an empty cell"
