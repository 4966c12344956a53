"""Deleting and bringing back: a record goes and comes with all below it, in one batch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.crm.models import Account, Activity, Contact
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import using
from app.records.door import perform
from app.records.many import perform_many
from app.records.query import Query, page
from app.records.registry import registry
from app.records.trash import purge_deleted
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements


def living(by: Actor) -> tuple[int, int, int]:
    counts = [
        by.session.scalar(select(func.count()).where(model.deleted_at.is_(None)).select_from(model))
        for model in (Account, Contact, Activity)
    ]
    return counts[0] or 0, counts[1] or 0, counts[2] or 0


def test_an_account_takes_its_people_and_activities_along_and_brings_them_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id)
        make_activity(by, account_id=account.id)
        make_activity(by, contact_id=person.id)
        other = make_account(by, "Other")
        elsewhere = make_activity(by, contact_id=person.id, account_id=other.id)
        earlier = make_contact(by, "Gone", account_id=account.id)
        perform("contact", "delete", earlier, by=by)
        perform("account", "delete", account, by=by)
        assert living(by) == (1, 0, 0)
        assert elsewhere.delete_batch_id == account.delete_batch_id == person.delete_batch_id
        assert earlier.delete_batch_id != account.delete_batch_id
        batch = by.session.scalars(
            select(Event).where(Event.batch_id == account.delete_batch_id)
        ).all()
        assert {event.verb for event in batch} == {"deleted"}
        assert len(batch) == len({event.record_id for event in batch}) == 5
        perform("account", "restore", account, by=by)
        assert living(by) == (2, 1, 3)
        assert earlier.deleted_at is not None
        assert account.delete_batch_id is None
        assert [
            row.name
            for row in page(registry().type("account"), Query(sort="name"), by, ("name",)).rows
        ] == [
            "Fence & Sons",
            "Other",
        ]


def test_deleting_a_person_takes_their_plans_off_the_account_and_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        person = make_contact(by, account_id=account.id)
        due = by.now + timedelta(days=1)
        make_activity(by, "task", subject="Call", due_at=due.isoformat(), contact_id=person.id)
        assert next_step(by, account) == "Call"
        perform("contact", "delete", person, by=by)
        assert next_step(by, account) is None
        perform("contact", "restore", person, by=by)
        assert next_step(by, account) == "Call"


def next_step(by: Actor, account: Account) -> str | None:
    return by.session.scalar(select(Account.next_step).where(Account.id == account.id))


def test_a_bulk_deletion_takes_what_lies_below_another_of_its_rows_only_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = make_account(by, "One"), make_account(by, "Two")
        note = make_activity(by, account_id=first.id)
        task = make_activity(by, account_id=second.id)
        perform_many("activity", "delete", [note], by=by)
        perform_many("account", "delete", [first, second], by=by)
        assert living(by) == (0, 0, 0)
        assert first.delete_batch_id == second.delete_batch_id == task.delete_batch_id
        perform("account", "restore", first, by=by)
        assert living(by) == (1, 0, 0)
        perform("account", "restore", second, by=by)
        assert living(by) == (2, 0, 1)


def test_after_its_days_a_deleted_record_is_gone_unless_another_refers_to_it(
    acme: Workspace, alice: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        held = make_account(by, "Held")
        daughter = make_account(by, "Daughter", parent_id=held.id)
        gone = make_account(by, "Gone")
        for one in (held, gone):
            perform("account", "delete", one, by=by)
        assert purge_deleted(account, by.now, by) == 0
        assert purge_deleted(account, by.now + timedelta(days=1), by) == 1
        names = by.session.scalars(select(Account.name).order_by(Account.name)).all()
        assert names == ["Daughter", "Held"]
        perform("account", "delete", daughter, by=by)
        assert purge_deleted(account, by.now + timedelta(days=1), by) == 1
        assert purge_deleted(account, by.now + timedelta(days=1), by) == 1


def test_a_deletion_takes_nothing_along_that_its_maker_may_not_delete(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        bobs = make_account(by, "Bob's", owner_id=str(bob.user_id))
        hers = make_contact(by, "Hers", account_id=str(bobs.id))
        for _note in range(2):
            make_activity(by, contact_id=str(hers.id))
        make_activity(by, account_id=str(bobs.id), owner_id=str(bob.user_id))
        account_id = bobs.id
    with acme.acting(bob) as by:
        bobs = by.session.get_one(Account, account_id)
        with using("en"), pytest.raises(NotPermitted) as answer:
            perform("account", "delete", bobs, by=by)
        with using("en"):
            told = str(answer.value.message)
        assert told == (
            "Below “Bob's” stand records that your role may not delete: 1 contact, 2 activities. "
            "Ask their owners or an administrator to delete or move them first."
        )
        assert bobs.deleted_at is None
        assert living(by) == (1, 1, 3)
    with acme.acting(alice) as by:
        hers = by.session.get_one(Contact, hers.id)
        perform("contact", "delete", hers, by=by)
    with acme.acting(bob) as by:
        perform("account", "delete", by.session.get_one(Account, account_id), by=by)
        assert living(by) == (0, 0, 0)


def test_the_page_says_what_stands_in_the_way_of_a_deletion(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Bob's", owner_id=str(bob.user_id))
        make_activity(by, account_id=str(account.id))
        path = f"/accounts/{account.id}/delete"
        ids = {"verb": "delete", "id": str(account.id)}
    answer = bob.client.post(path)
    assert answer.status_code == 403
    assert "may not delete: 1 activity." in answer.text
    receipt = bob.client.post("/accounts/bulk", data=ids).headers["Location"]
    assert "may not delete: 1 activity." in bob.client.get(receipt).text


def test_a_deletion_takes_as_many_statements_for_one_child_as_for_many(
    acme: Workspace, alice: Person
) -> None:
    def reads(children: int) -> int:
        account = make_account(by, f"With {children}")
        for _child in range(children):
            make_contact(by, account_id=str(account.id))
        with statements() as seen:
            perform("account", "delete", account, by=by)
        tables = ("FROM contacts", "FROM activities")
        return len([one for one in seen if any(table in one for table in tables)])

    with acme.acting(alice) as by:
        assert reads(1) == reads(7) == 3
