"""The recycle bin: who finds what in it, what comes back, what is erased for good."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.records.door import perform
from app.records.erase import erase_record
from app.records.many import perform_many
from app.records.recycle import PAGE, read_bin
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements


def titles(by: Actor, **asked: str) -> list[str]:
    return [one.title for one in read_bin(by, **asked)]  # type: ignore[arg-type]


def test_the_bin_tells_a_record_once_with_the_number_of_those_that_went_with_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id)
        make_activity(by, contact_id=person.id, account_id=account.id)
        make_activity(by, contact_id=person.id)
        lone = make_contact(by, "Lone", "Lea")
        perform("account", "delete", account, by=by)
        perform("contact", "delete", lone, by=by)
        found = read_bin(by)
        assert [(one.kind, one.title, one.below) for one in found] == [
            ("contact", "Lea Lone", 0),
            ("account", "Fence & Sons", 3),
        ]
        assert {one.by_id for one in found} == {alice.user_id}
        assert titles(by, kind="account") == ["Fence & Sons"]
        assert titles(by, q="lea") == ["Lea Lone"]


def test_records_of_one_bulk_deletion_count_their_own_children_only(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = make_account(by, "First"), make_account(by, "Second")
        make_contact(by, account_id=first.id)
        make_activity(by, account_id=second.id)
        make_activity(by, account_id=second.id)
        perform_many("account", "delete", [first, second], by=by)
        assert {one.title: one.below for one in read_bin(by)} == {"First": 1, "Second": 2}


def test_a_rep_finds_in_the_bin_only_what_they_may_bring_back(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        perform("account", "delete", make_account(by, "Hers"), by=by)
    with acme.acting(bob) as by:
        perform("account", "delete", make_account(by, "His"), by=by)
        assert titles(by) == ["His"]
    with acme.acting(dora) as by:
        assert titles(by) == []
    with acme.acting(alice) as by:
        assert titles(by) == ["His", "Hers"]


def test_pages_of_the_bin_are_found_by_key_and_take_as_many_statements_whatever_lies_there(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        rows = [make_account(by, f"Firm {number}") for number in range(PAGE + 5)]
        with statements() as few:
            read_bin(by)
        for row in rows:
            perform("account", "delete", row, by=by)
        with statements() as many:
            first = read_bin(by)
        assert len(first) == PAGE + 1
        assert len(many) - len(few) <= len(registry().type("account").children) + 2
        last = first[PAGE - 1]
        second = read_bin(by, before=(last.at, last.id))
        assert {one.id for one in first[:PAGE]} | {one.id for one in second} == {
            row.id for row in rows
        }
        assert len(second) == 5


def test_a_record_does_not_come_back_while_what_it_belongs_to_is_deleted(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id)
        perform("contact", "delete", person, by=by)
        perform("account", "delete", account, by=by)
        with pytest.raises(Refused, match="Fence & Sons"):
            perform("contact", "restore", person, by=by)
        perform("account", "restore", account, by=by)
        perform("contact", "restore", person, by=by)
        assert person.deleted_at is None


def test_whoever_may_not_see_the_parent_is_not_told_its_name(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Secret Ltd")
        person = make_contact(by, account_id=account.id, owner_id=str(bob.user_id))
        perform("contact", "delete", person, by=by)
        perform("account", "delete", account, by=by)
    with acme.acting(bob) as by:
        with pytest.raises(Refused) as answer:
            perform("contact", "restore", by.session.get_one(Contact, person.id), by=by)
        assert "Secret" not in str(answer.value.message)


def test_erasing_removes_the_rows_and_what_their_events_told(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id, email="frank@fence.example")
        make_activity(by, contact_id=person.id)
        perform("account", "delete", account, by=by)
        gone: tuple[UUID, UUID] = account.id, person.id
        erase_record(registry().type("account"), account, by)
    with acme.acting(alice) as by:
        for model in (Account, Contact, Activity, ActivityLink):
            assert by.session.scalars(select(model)).all() == []
        told = by.session.scalars(select(Event).where(Event.record_id.in_(gone))).all()
        assert {event.verb for event in told} == {"created", "deleted", "erased"}
        assert [event.changes for event in told if event.changes] == []


def test_nothing_is_erased_while_something_that_stays_refers_to_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        make_account(by, "Daughter", parent_id=str(account.id))
        perform("account", "delete", account, by=by)
        with pytest.raises(Refused, match="1 account"):
            erase_record(registry().type("account"), account, by)
        assert by.session.get(Account, account.id) is account


def test_only_whoever_may_erase_does_and_only_what_is_deleted(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        mine = make_account(by)
        perform("account", "delete", mine, by=by)
        with pytest.raises(NotPermitted):
            erase_record(registry().type("account"), mine, by)
    with acme.acting(alice) as by:
        living = make_account(by, "Living")
        with pytest.raises(Missing):
            erase_record(registry().type("account"), living, by)


def test_the_page_brings_back_what_was_ticked_and_says_why_the_rest_was_not(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account, other = make_account(by), make_account(by, "Other")
        person = make_contact(by, account_id=account.id)
        perform("contact", "delete", person, by=by)
        perform("account", "delete", account, by=by)
        perform("account", "delete", other, by=by)
        ticked = [f"contact:{person.id}", f"account:{other.id}"]
        ids = account.id, other.id, person.id
    shown = alice.client.get("/settings/trash").get_data(as_text=True)
    assert f'value="account:{ids[0]}"' in shown
    answer = alice.client.post("/settings/trash/restore", data={"id": ticked})
    assert answer.status_code == 200
    told = answer.get_data(as_text=True)
    assert "Frank Fence: It belongs to “Fence &amp; Sons”" in told
    with acme.acting(alice) as by:
        assert by.session.get_one(Account, ids[1]).deleted_at is None
        assert by.session.get_one(Contact, ids[2]).deleted_at is not None
    answer = alice.client.post("/settings/trash/restore", data={"only": f"account:{ids[0]}"})
    assert answer.status_code == 303
    with acme.acting(alice) as by:
        assert by.session.get_one(Account, ids[0]).deleted_at is None


def test_what_came_back_is_told_with_what_came_back_along(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firms = [make_account(by, name) for name in ("Ash", "Birch")]
        person = make_contact(by, account_id=firms[0].id)
        make_activity(by, account_id=firms[0].id, contact_id=person.id)
        make_activity(by, account_id=firms[0].id)
        for firm in firms:
            perform("account", "delete", firm, by=by)
        ids = [one.id for one in firms]
    browser = alice.sign_in()
    browser.post("/settings/trash/restore", data={"id": [f"account:{one}" for one in ids]})
    told = browser.get("/settings/trash").text
    assert "Restored: 2 accounts, with 1 contact, 2 activities." in told
    browser.post(f"/accounts/{ids[0]}/delete")
    browser.post(f"/accounts/{ids[0]}/restore")
    assert "Ash was restored, with 1 contact, 2 activities." in browser.get("/accounts").text
    browser.post(f"/accounts/{ids[1]}/delete")
    browser.post("/settings/trash/restore", data={"only": f"account:{ids[1]}"})
    assert "Restored: 1 account." in browser.get("/settings/trash").text


def test_a_rep_can_neither_erase_nor_bring_back_by_the_page_what_is_not_theirs(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        perform("account", "delete", account, by=by)
        tick = {"id": f"account:{account.id}"}
    assert bob.client.post("/settings/trash/restore", data=tick).status_code == 404
    assert bob.client.post("/settings/trash/erase", data=tick).status_code == 403
    assert bob.client.post("/settings/trash/restore", data={"id": "nonsense"}).status_code == 404
    assert bob.client.post("/settings/trash/restore").status_code == 422
    shown = bob.client.get("/settings/trash?type=nothing&before=nonsense&q=%25").get_data(True)
    assert "/settings/trash/erase" not in shown
    assert alice.client.post("/settings/trash/erase", data=tick).status_code == 303
    with acme.acting(alice) as by:
        assert by.session.get(Account, UUID(tick["id"].partition(":")[2])) is None
