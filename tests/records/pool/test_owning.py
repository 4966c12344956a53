"""Claiming a record of the pool, returning one, passing one on: by one person at a time."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Missing, NotPermitted, Refused
from app.records.access import fetch
from app.records.door import perform
from app.records.pool.choose import change_choice
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account


def claim(record_id: UUID, by: Actor) -> Any:
    record = fetch(registry().type("account"), record_id, by, "claim")
    return perform("account", "claim", record, by=by)


def events(by: Actor, record_id: UUID) -> list[tuple[str, Any]]:
    rows = by.session.execute(
        select(Event.verb, Event.changes)
        .where(Event.record_id == record_id)
        .order_by(Event.at, Event.id)
    )
    return [(verb, changes.get("owner_id")) for verb, changes in rows]


def test_a_claimed_record_is_its_claimer_s_and_the_event_tells_both_owners(
    acme: Workspace, bob: Person, free: Account
) -> None:
    with acme.acting(bob) as by:
        assert claim(free.id, by).owner_id == bob.user_id
        assert events(by, free.id)[-1] == ("claimed", [None, str(bob.user_id)])


def test_who_comes_second_is_told_who_was_quicker(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.acting(alice) as by:
        claim(free.id, by)
    with acme.acting(bob) as by, pytest.raises(Conflict, match="Alice Archer was quicker"):
        claim(free.id, by)


def test_of_a_record_that_was_never_in_the_pool_nothing_is_told(
    acme: Workspace, bob: Person, owned: Account
) -> None:
    with acme.acting(bob) as by, pytest.raises(Missing):
        claim(owned.id, by)


def test_of_two_who_claim_at_once_one_gets_it(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    both, got = Barrier(2), list[str]()

    def run(person: Person) -> None:
        house = Workspace(acme.facts, acme.engine_app)
        with house.acting(Person(person.part, house, person.user_id)) as by:
            record = fetch(registry().type("account"), free.id, by, "claim")
            both.wait(20)  # Both have met it without an owner.
            try:
                perform("account", "claim", record, by=by)
                got.append("got")
            except Conflict as answer:
                by.session.rollback()
                got.append(str(answer.message))

    threads = [Thread(target=run, args=(one,)) for one in (alice, bob)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(one.partition(" was ")[2] or one for one in got) == [
        "got",
        "quicker and has it now.",
    ]


def test_a_record_is_returned_for_a_reason_and_its_owner_may_not_claim_it_at_once(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.acting(alice) as by:
        change_choice(by, "account", hidden=["phone"], hold_days="7")
    with acme.acting(bob) as by:
        record = claim(free.id, by)
        with pytest.raises(Refused):
            perform("account", "return", record, by=by, reason="because")
        perform("account", "return", record, by=by, reason="no_contact", note="Rang 5 times")
        assert record.owner_id is None
        told = by.session.scalar(
            select(Event.changes).where(Event.record_id == free.id, Event.verb == "returned")
        )
        assert told is not None
        assert told["owner_id"] == [str(bob.user_id), None]
        assert told["reason"][1]["en"] == "Could not be reached – Rang 5 times"
        with pytest.raises(Refused, match="yours until lately"):
            claim(free.id, by)
    with acme.acting(alice) as by:
        claim(free.id, by)


def test_without_days_to_wait_who_returned_a_record_claims_it_again(
    acme: Workspace, bob: Person, free: Account
) -> None:
    with acme.acting(bob) as by:
        perform("account", "return", claim(free.id, by), by=by, reason="other")
    with acme.acting(bob) as by:
        assert claim(free.id, by).owner_id == bob.user_id


def test_a_sales_rep_returns_their_own_records_and_no_others(
    acme: Workspace, bob: Person, owned: Account
) -> None:
    with acme.acting(bob) as by, pytest.raises((NotPermitted, Missing)):
        fetch(registry().type("account"), owned.id, by, "return")


def test_passing_on_gives_a_record_to_a_colleague_who_is_there(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.acting(alice) as by:
        record = fetch(registry().type("account"), free.id, by, "reassign")
        with pytest.raises(Refused):
            perform("account", "reassign", record, by=by, owner_id="nobody")
        perform("account", "reassign", record, by=by, owner_id=str(bob.user_id))
        assert events(by, free.id)[-1] == ("reassigned", [None, str(bob.user_id)])
        with pytest.raises(Refused, match="owns it already"):
            perform("account", "reassign", record, by=by, owner_id=str(bob.user_id))


def test_a_viewer_neither_claims_nor_passes_on(
    acme: Workspace, dora: Person, free: Account
) -> None:
    with acme.acting(dora) as by:
        record = by.session.get_one(Account, free.id)
        for verb, inputs in (("claim", {}), ("reassign", {"owner_id": str(dora.user_id)})):
            with pytest.raises(Answer) as refused:
                perform("account", verb, record, by=by, **inputs)
            assert refused.value.status == 403


def test_only_a_person_claims(acme: Workspace, free: Account) -> None:
    with acme.acting() as by, pytest.raises(Refused):
        claim(free.id, by)


def test_new_records_have_their_maker_as_owner_unless_nobody_is_named(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        assert make_account(by, "Mine").owner_id == bob.user_id
        assert make_account(by, "Nobody's", owner_id=None).owner_id is None
