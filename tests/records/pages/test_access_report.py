"""The access report: per person what they reach, counted by the conditions of access."""

from __future__ import annotations

import re

import pytest

from app.identity.models import User
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess, Reach
from app.kernel.errors import NotPermitted
from app.records.access_report import read_person, read_report
from app.records.registry import registry
from app.records.sharing.operations import create_rule, follow
from app.records.sharing.stored import of_choices
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.pages.conftest import statements


def let_bob_read_his_own(acme: Workspace, **hidden: FieldAccess) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        grants = {("account", "read"): Reach.OWN, ("contact", "read"): Reach.OWN}
        write_rights(by, role, grants, {("contact", key): one for key, one in hidden.items()})


def test_the_report_counts_what_a_person_can_see_by_role_rule_and_following(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    let_bob_read_his_own(acme)
    with acme.acting(alice) as by:
        make_account(by, "His", owner_id=str(bob.user_id))
        make_account(by, "Shared", lifecycle="customer")
        followed = make_account(by, "Followed")
        make_account(by, "Hers")
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
        lifecycle = {"lifecycle": ["customer"]}
        create_rule(by, "account", filters=of_choices(lifecycle), access="read", group=group)
        user = by.session.get_one(User, bob.user_id)
        follow(registry().type("account"), followed, user, by)
        lines = {one.record_type.key: one for one in read_person(by, user)}
        account = lines["account"]
        assert (account.number, account.rules, account.followed) == (3, 1, 1)
        assert dict(account.reaches)["delete"] is None
        assert lines["activity"].number is None
        her_own = {
            one.record_type.key: one
            for one in read_person(by, by.session.get_one(User, alice.user_id))
        }
        assert her_own["account"].number == 4


def test_the_report_tells_who_sees_personal_data(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    personal = [one.key for one in registry().type("contact").fields if one.personal]
    assert personal
    let_bob_read_his_own(acme)

    def sees(person: Person) -> bool:
        with acme.acting(alice) as by:
            found = {one.user.id: one for one in read_report(by)}
            return found[person.user_id].sees_personal

    assert sees(bob)
    let_bob_read_his_own(acme, **dict.fromkeys(personal, FieldAccess.HIDDEN))
    assert not sees(bob)


def test_only_whoever_manages_roles_reads_the_report(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    for path in ("/settings/access", f"/settings/access/{alice.user_id}"):
        assert bob.client.get(path).status_code == 403
        assert alice.client.get(path).status_code == 200
    assert alice.client.get("/settings/access?after=nonsense").status_code == 200
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            read_report(by)
        with pytest.raises(NotPermitted):
            read_person(by, by.session.get_one(User, alice.user_id))


def test_the_pages_show_the_numbers_and_take_few_statements(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(3):
            make_contact(by, f"Fence {number}")
    page = alice.client.get("/settings/access").get_data(as_text=True)
    assert f'href="/settings/access/{bob.user_id}"' in page
    with statements() as seen:
        person = alice.client.get(f"/settings/access/{alice.user_id}").get_data(as_text=True)
    assert len(seen) <= 25
    assert re.search(r'Contacts</th>\s*<td class="num" data-label="Can see">3<', person)


def test_every_right_of_the_report_has_a_name(acme: Workspace, alice: Person, bob: Person) -> None:
    page = alice.client.get(f"/settings/access/{bob.user_id}")
    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page.text)
    assert {"See", "Create", "Change", "Delete", "Export", "Import"} <= set(heads)
    assert all(heads)
