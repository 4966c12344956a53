"""The one door: permission, precondition, version, operation, one event row."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Answer, Conflict, Missing, NotPermitted, Refused
from app.records.access import fetch
from app.records.door import perform
from app.records.many import perform_many
from app.records.registry import registry
from tenants.facts import State
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


def events_of(by: Actor, record_id: UUID) -> list[Event]:
    found = select(Event).where(Event.record_id == record_id).order_by(Event.id)
    return list(by.session.scalars(found))


def with_rights(by: Actor, **changes: Any) -> Actor:
    return replace(by, rights=replace(by.rights, **changes))


def rights(reach: Reach, *verbs: str, kind: str = "account") -> Rights:
    return Rights(grants={(kind, verb): reach for verb in verbs})


def refusal(by: Actor, *arguments: Any, **inputs: Any) -> Answer:
    with pytest.raises(Answer) as caught:
        perform(*arguments, by=by, **inputs)
    return caught.value


def test_a_new_record_belongs_to_its_maker_and_tells_what_was_given(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, phone="020 7946 0018", kind="individual")
        assert (account.version, account.owner_id, account.created_by_id) == (
            1,
            bob.user_id,
            bob.user_id,
        )
        [event] = events_of(by, account.id)
        assert (event.verb, event.actor_id, event.via) == ("created", bob.user_id, "web")
        assert event.account_id == account.id
        assert event.changes == {
            "name": [None, "Fence & Sons"],
            "kind": [None, "individual"],
            "lifecycle": [None, "prospect"],
            "country": [None, "GB"],
            "phone": [None, "+442079460018"],
            "owner_id": [None, str(bob.user_id)],
        }


def test_a_change_writes_one_event_with_old_and_new(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, city="Leeds")
        perform("account", "update", account, by=by, city="York", name="Fence & Sons")
        assert account.version == 2
        created, updated = events_of(by, account.id)
        assert (created.verb, updated.verb) == ("created", "updated")
        assert updated.changes == {"city": ["Leeds", "York"]}


def test_a_change_that_changes_nothing_leaves_no_trace(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, city="Leeds")
        perform("account", "update", account, by=by, city=" Leeds ")
        assert account.version == 1
        assert len(events_of(by, account.id)) == 1


def test_a_colleague_without_the_grant_is_refused_and_nothing_changes(
    acme: Workspace, bob: Person, dora: Person
) -> None:
    with acme.acting(bob) as by:
        account_id = make_account(by).id
    with acme.acting(dora) as by:
        account = fetch(registry().type("account"), account_id, by)
        for verb in ("update", "delete", "restore"):
            assert isinstance(refusal(by, "account", verb, account), NotPermitted)
        assert isinstance(refusal(by, "account", "create", name="Mine"), NotPermitted)
        assert (account.version, account.deleted_at) == (1, None)
        assert len(events_of(by, account.id)) == 1


def test_an_undeclared_verb_does_not_exist(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        for verb in ("read", "explode", "__init__", "complete", ""):
            assert isinstance(refusal(by, "account", verb, account), Missing)
        assert isinstance(refusal(by, "spaceship", "create"), Missing)
        assert isinstance(refusal(by, "account", "update", None), Missing)


def test_unknown_and_kept_fields_are_refused_each_by_its_name(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        given = {
            "id": str(account.id),
            "deleted_at": "2026-01-01",
            "created_at": "2026-01-01T00:00:00Z",
            "next_step": "Sell",
            "name_sort": "a",
            "password_hash": "x",
            "search_text": "x",
        }
        refused = refusal(by, "account", "update", account, **given)
        assert isinstance(refused, Refused)
        assert set(refused.errors) == set(given)
        assert account.version == 1


@pytest.mark.parametrize("left", [FieldAccess.HIDDEN, FieldAccess.READ])
def test_a_field_rule_keeps_a_field_from_being_written(
    acme: Workspace, alice: Person, bob: Person, left: FieldAccess
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, phone="+442079460018")
        narrowed = with_rights(by, fields={("account", "phone"): left})
        refused = refusal(narrowed, "account", "update", account, phone="1", city="York")
        assert isinstance(refused, NotPermitted)
        assert list(refused.errors) == ["phone"]
        refused = refusal(narrowed, "account", "create", name="New", phone="+442079460018")
        assert isinstance(refused, NotPermitted)
        assert (account.phone, account.city, account.version) == ("+442079460018", None, 1)


def test_what_may_not_be_empty_goes_back_to_what_it_begins_with(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, kind="", lifecycle="customer")
        assert account.kind == "organisation"
        perform("account", "update", account, by=by, lifecycle=None)
        assert account.lifecycle == "prospect"
        assert list(refusal(by, "account", "update", account, name="  ").errors) == ["name"]


def test_a_version_that_somebody_has_overtaken_is_refused_with_who_and_what(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account_id = make_account(by, city="Leeds").id
    with acme.acting(alice) as by:
        account = fetch(registry().type("account"), account_id, by)
        perform("account", "update", account, by=by, city="York", district="Centre")
    with acme.acting(bob) as by:
        account = fetch(registry().type("account"), account_id, by)
        conflict = refusal(by, "account", "update", account, version=1, city="Hull", name="F")
        assert isinstance(conflict, Conflict)
        assert list(conflict.errors) == ["city"]
        assert "Alice Archer" in str(conflict.errors["city"])
        theirs = conflict.theirs  # type: ignore[attr-defined]
        assert {key: change.value for key, change in theirs.items()} == {
            "city": "York",
            "district": "Centre",
        }
        narrowed = with_rights(by, fields={("account", "city"): FieldAccess.HIDDEN})
        conflict = refusal(narrowed, "account", "update", account, version=1, name="F")
        assert set(conflict.theirs) == {"district"}  # type: ignore[attr-defined]
        assert (account.city, account.version) == ("York", 2)


def test_whoever_comes_second_is_told_at_once_what_else_is_wrong(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, city="Leeds", email="fence@fence.example")
        perform("account", "update", account, by=by, city="York", email="new@fence.example")
        conflict = refusal(
            by, "account", "update", account, version=1, city="Hull", phone="no", email="nowhere"
        )
        assert isinstance(conflict, Conflict)
        assert set(conflict.errors) == {"city", "phone", "email"}
        assert "changed this meanwhile" in str(conflict.errors["email"])
        assert "e-mail address" in str(conflict.errors["email"])
        assert (account.city, account.version) == ("York", 2)


def test_of_two_who_change_a_record_at_the_same_moment_one_wins(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account_id = make_account(by, city="Leeds").id
    barrier, outcomes = Barrier(2), []

    def change(person: Person, city: str) -> None:
        mine = Workspace(acme.facts, acme.engine_app)
        try:
            with mine.acting(person) as by:
                account = fetch(registry().type("account"), account_id, by)
                barrier.wait(10)
                perform("account", "update", account, by=by, city=city)
            outcomes.append("won")
        except Conflict:
            outcomes.append("lost")

    threads = [Thread(target=change, args=pair) for pair in ((alice, "York"), (bob, "Hull"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]
    with acme.acting(alice) as by:
        assert [event.verb for event in events_of(by, account_id)] == ["created", "updated"]


def test_a_read_only_workspace_refuses_every_verb_and_nothing_changes(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        task = make_activity(by, "task", subject="Call them")
        past_due = replace(by, tenant=replace(by.tenant, state=State.PAST_DUE))
        for verb in ("update", "delete", "restore"):
            assert isinstance(refusal(past_due, "account", verb, account), NotPermitted)
        assert isinstance(refusal(past_due, "account", "create", name="X"), NotPermitted)
        assert isinstance(refusal(past_due, "activity", "complete", task), NotPermitted)
        with pytest.raises(NotPermitted):
            perform_many("account", "create", [{"name": "X"}], by=past_due)
        assert (account.version, task.done_at) == (1, None)
        assert by.session.scalars(select(Account.name)).all() == ["Fence & Sons"]


def test_an_action_takes_only_its_own_inputs_and_only_when_it_can_be_done(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Call them")
        refused = refusal(by, "activity", "complete", task, owner_id=str(alice.user_id))
        assert list(refused.errors) == ["owner_id"]
        perform("activity", "complete", task, by=by)
        assert isinstance(refusal(by, "activity", "complete", task), Refused)
        assert [event.verb for event in events_of(by, task.id)] == ["created", "completed"]


def test_a_record_points_only_to_what_its_author_may_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        hers = make_account(by)
        gone = make_account(by, "Gone")
        perform("account", "delete", gone, by=by)
        hers_id, gone_id = hers.id, gone.id
    with acme.acting(bob) as by:
        own = with_rights(by, grants={**by.rights.grants, ("account", "read"): Reach.OWN})
        for target in (hers_id, gone_id, "not-an-id", UUID(int=7)):
            refused = refusal(own, "contact", "create", last_name="Li", account_id=target)
            assert list(refused.errors) == ["account_id"]
        refused = refusal(own, "contact", "create", last_name="Li", owner_id=UUID(int=7))
        assert list(refused.errors) == ["owner_id"]
        wide = with_rights(by, grants={**by.rights.grants, ("account", "read"): Reach.ALL})
        assert make_contact(wide, account_id=str(hers_id)).account_id == hers_id


def test_a_grant_for_ones_own_records_does_not_make_them_for_others(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        own = replace(by, rights=rights(Reach.OWN, "read", "create"))
        assert perform("account", "create", by=own, name="Mine").owner_id == bob.user_id
        for owner in (str(alice.user_id), None):
            refused = refusal(own, "account", "create", name="Hers", owner_id=owner)
            assert isinstance(refused, NotPermitted)
        assert perform("account", "create", by=by, name="Pool", owner_id=None).owner_id is None


def test_a_deleted_record_can_only_be_brought_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        perform("account", "delete", account, by=by)
        for verb in ("update", "delete"):
            assert isinstance(refusal(by, "account", verb, account, version=2), Missing)
        perform("account", "restore", account, by=by)
        assert isinstance(refusal(by, "account", "restore", account), Refused)
        verbs = [event.verb for event in events_of(by, account.id)]
        assert verbs == ["created", "deleted", "restored"]
