"""The pages of sharing: rules in the settings, followers and the reasons on a record."""

from __future__ import annotations

from sqlalchemy import select

from app.crm.models import Account
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from app.records.sharing.models import Follower, SharingRule
from tests.cast import Person, Workspace
from tests.factories import make_account


def let_reps_see_their_own(acme: Workspace) -> str:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        write_rights(by, role, {("account", "read"): Reach.OWN}, {})
        return str(role.id)


def test_an_admin_makes_a_rule_in_the_settings_reads_it_in_words_and_removes_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    role = let_reps_see_their_own(acme)
    with acme.acting(alice) as by:
        make_account(by, "Customer Ltd", lifecycle="customer")
    form = alice.client.get("/settings/sharing/new?type=account").get_data(as_text=True)
    assert 'name="lifecycle" value="customer"' in form
    data = {"lifecycle": ["customer", "former"], "group": f"role:{role}", "access": "read"}
    answer = alice.client.post("/settings/sharing/new?type=account", data=data)
    assert answer.status_code == 303
    assert "Customer Ltd" in bob.client.get("/accounts").get_data(as_text=True)
    told = alice.client.get("/settings/sharing").get_data(as_text=True)
    assert "Lifecycle: Customer, Former customer" in told
    assert "role Sales rep" in told
    with acme.scope() as session:
        rule_id = session.scalars(select(SharingRule.id)).one()
    assert alice.client.post(f"/settings/sharing/{rule_id}/delete").status_code == 303
    assert "Customer Ltd" not in bob.client.get("/accounts").get_data(as_text=True)
    assert bob.client.get("/settings/sharing").status_code == 403


def test_a_refused_rule_keeps_what_was_ticked(acme: Workspace, alice: Person) -> None:
    data = {"lifecycle": ["customer"], "group": "", "access": "read"}
    answer = alice.client.post("/settings/sharing/new?type=account", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="customer" checked' in page
    assert 'id="group-error"' in page


def test_one_follows_and_follows_no_longer_by_one_press_on_the_page(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
    url = f"/accounts/{account.id}"
    assert f'action="{url}/followers"' in alice.client.get(url).text
    assert alice.client.post(f"{url}/followers", data={"user_id": alice.user_id}).status_code == 303
    page = alice.client.get(url).text
    assert "You follow this now." in page
    assert f'action="{url}/followers/{alice.user_id}/remove"' in page
    assert f'action="{url}/followers"' not in page
    assert alice.client.post(f"{url}/followers/{alice.user_id}/remove").status_code == 303
    assert f'action="{url}/followers"' in alice.client.get(url).text


def test_the_owner_adds_and_removes_a_follower(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    let_reps_see_their_own(acme)
    with acme.acting(alice) as by:
        account = make_account(by)
    url = f"/accounts/{account.id}/followers"
    assert bob.client.get(url).status_code == 404
    assert alice.client.post(url, data={"user_id": str(bob.user_id)}).status_code == 303
    assert bob.client.get(f"/accounts/{account.id}").status_code == 200
    shown = bob.client.get(url).get_data(as_text=True)
    assert bob.name in shown
    assert f"{url}/{bob.user_id}/remove" in shown
    assert bob.client.post(url, data={"user_id": str(dora.user_id)}).status_code == 403
    assert alice.client.post(url, data={"user_id": ""}).status_code == 422
    assert bob.client.post(f"{url}/{bob.user_id}/remove").location.endswith("/accounts")
    assert bob.client.get(f"/accounts/{account.id}").status_code == 404
    timeline = alice.client.get(f"/accounts/{account.id}?show=changes").get_data(as_text=True)
    assert "added a follower: Bob Baker" in timeline


def test_the_reasons_are_told_to_whoever_may_share_and_of_oneself_to_all(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    let_reps_see_their_own(acme)
    with acme.acting(alice) as by:
        account = make_account(by)
    url = f"/accounts/{account.id}/access"
    mine = alice.client.get(url).get_data(as_text=True)
    assert "Owners of the workspace may do everything." in mine
    barred = alice.client.get(f"{url}?user_id={bob.user_id}").get_data(as_text=True)
    assert "May not see it" in barred
    assert "reaches their own only, and this belongs to Alice Archer" in barred
    with acme.scope() as session:
        session.get_one(Account, account.id).owner_id = bob.user_id
    assert "They own it." in alice.client.get(f"{url}?user_id={bob.user_id}").get_data(True)
    hers = dora.client.get(url).get_data(as_text=True)
    assert "The role Viewer reaches all: Accounts." in hers
    assert dora.client.get(f"{url}?user_id={bob.user_id}").status_code == 403
    assert alice.client.get(f"{url}?user_id=x").status_code == 200
    with acme.scope() as session:
        assert session.scalars(select(Follower)).all() == []
