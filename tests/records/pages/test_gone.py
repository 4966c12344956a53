"""A record that was deleted under somebody's hands: who did it is told, and the way back."""

from __future__ import annotations

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import Fence

HTMX = {"HX-Request": "true"}


def test_who_edits_a_record_hears_who_deleted_it_and_brings_it_back(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        url = f"/accounts/{make_account(by, 'Birch Ltd').id}"
    alice.client.post(f"{url}/delete")
    change = {"version": "1", "name": "Beech Ltd"}
    answer = bob.client.post(f"{url}/edit", data=change, headers=HTMX)
    assert answer.status_code == 404
    assert "Birch Ltd was deleted by Alice Archer (" in answer.text
    assert f'action="{url}/restore"' in answer.text
    assert bob.client.post(f"{url}/restore").status_code == 303
    again = bob.client.post(f"{url}/edit", data=change, headers=HTMX)
    assert again.status_code == 409
    assert "Beech Ltd" in again.text


def test_its_page_leads_back_to_it(fence: Fence, alice: Person) -> None:
    alice.client.post(f"{fence.contact_url}/delete")
    answer = alice.client.get(fence.contact_url)
    assert answer.status_code == 404
    assert "Frank Fence was deleted by Alice Archer" in answer.text
    assert "Bring it back" in answer.text


def test_who_may_not_delete_is_told_and_shown_no_way(
    fence: Fence, alice: Person, dora: Person
) -> None:
    alice.client.post(f"{fence.account_url}/delete")
    answer = dora.client.get(fence.account_url)
    assert "was deleted by Alice Archer" in answer.text
    assert "/restore" not in answer.text


def test_who_could_not_see_it_before_hears_nothing_of_it(
    acme: Workspace, fence: Fence, alice: Person, dora: Person
) -> None:
    alice.client.post(f"{fence.account_url}/delete")
    with acme.acting() as by:
        write_rights(by, role_by_key(by.session, "viewer"), {("account", "read"): Reach.OWN}, {})
    answer = dora.client.get(fence.account_url)
    assert answer.status_code == 404
    assert "There is no such record." in answer.text
    assert "Alice Archer" not in answer.text
