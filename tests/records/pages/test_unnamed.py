"""Titles of records that a reader may not open are told nowhere, on no page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from app.crm.models import Contact
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements

HIDDEN = "Mei Holdings"


@dataclass(frozen=True)
class AtMeis:
    """Bob's contact and task at an account of Alice's, which he may not read."""

    account: UUID
    contact: UUID
    task: UUID


@pytest.fixture
def at_meis(acme: Workspace, alice: Person, bob: Person) -> AtMeis:
    with acme.acting(alice) as by:
        secret = make_account(by, HIDDEN)
        other = make_account(by, f"{HIDDEN} 2")
        contact = make_contact(by, account_id=str(other.id), owner_id=str(bob.user_id))
        perform("contact", "update", contact, by=by, account_id=str(secret.id))
        task = make_activity(
            by,
            "task",
            subject="Send the offer",
            due_at=by.now.isoformat(),
            account_id=str(secret.id),
            owner_id=str(bob.user_id),
        )
        return AtMeis(secret.id, contact.id, task.id)


def pages_of(at: AtMeis) -> tuple[str, ...]:
    """Every page of Bob's on which the account could be named."""
    return (
        "/",
        "/contacts",
        "/activities",
        f"/contacts/{at.contact}",
        f"/contacts/{at.contact}?show=changes",
        f"/contacts/{at.contact}/edit",
        f"/contacts/{at.contact}/fields/account_id",
        f"/contacts?account_id={at.account}",
        f"/contacts/new?account_id={at.account}",
        f"/activities/{at.task}",
        "/search?q=Frank",
        "/lookup/contact?q=Frank",
    )


def test_an_account_that_bob_may_not_open_is_named_on_none_of_his_pages(
    at_meis: AtMeis, alice: Person, bob: Person
) -> None:
    for path in pages_of(at_meis):
        page = bob.client.get(path)
        assert page.status_code == 200, path
        assert HIDDEN not in page.text, path
        assert f'href="/accounts/{at_meis.account}"' not in page.text, path
    for path in pages_of(at_meis)[1:5]:
        assert HIDDEN in alice.client.get(path).text, path


def test_what_was_changed_from_and_to_such_an_account_shows_as_a_dash(
    at_meis: AtMeis, bob: Person
) -> None:
    page = bob.client.get(f"/contacts/{at_meis.contact}?show=changes").text
    assert "<del>—</del>" in page
    assert "<ins>—</ins>" in page


def test_saving_the_form_keeps_the_account_that_is_not_named(
    acme: Workspace, at_meis: AtMeis, bob: Person
) -> None:
    form = bob.client.get(f"/contacts/{at_meis.contact}/edit").text
    assert f'<option value="{at_meis.account}" selected>—</option>' in form
    sent = {"account_id": str(at_meis.account), "title": "Buyer", "version": "2"}
    answer = bob.client.post(f"/contacts/{at_meis.contact}/edit", data=sent)
    assert answer.status_code in (204, 302, 303), answer.text
    with acme.acting(bob) as by:
        contact = by.session.get_one(Contact, at_meis.contact)
        assert (contact.account_id, contact.title) == (at_meis.account, "Buyer")


def test_a_deleted_account_leads_nowhere(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        parent = make_account(by, "Old Parent")
        child = make_account(by, "Child", parent_id=str(parent.id))
        perform("account", "delete", parent, by=by)
        parent_id, child_id = parent.id, child.id
    page = alice.client.get(f"/accounts/{child_id}").text
    assert f'href="/accounts/{parent_id}"' not in page


def test_whoever_reads_every_account_pays_nothing_for_the_rule(
    at_meis: AtMeis, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.prepared.IS_DIRECT", "of_no_connection")  # Sent whole, to be read.

    def list_statement(person: Person) -> str:
        with statements() as seen:
            person.client.get("/contacts")
        return next(one for one in seen if "LEFT OUTER JOIN accounts" in one and "sort_key" in one)

    assert "accounts_1.owner_id" not in list_statement(alice)
    assert "accounts_1.owner_id" in list_statement(bob)
