"""What has to be approved is not done, whichever way it comes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.automation.approvals.decide import approve, comment, hand_on, recall, reject
from app.automation.approvals.models import State
from app.crm.models import Account
from app.events import Event
from app.identity.models import Notice, User
from app.kernel.errors import Conflict, Held, Missing, NotPermitted, Refused
from app.records import gate
from app.records.door import perform
from app.records.filters import Filter
from tests.automation.approvals.conftest import (
    Rule,
    asked,
    colleague,
    only_request,
    people,
    requests,
)
from tests.cast import Person
from tests.factories import make_account


def ask(person: Person, verb: str, record: object = None, kind: str = "account", **inputs: object):
    """Try a change that is held back, and ask for it; answers with what the person is told."""
    with person.workspace.acting(person) as by:
        found = by.session.get(Account, record) if record is not None else None
        with pytest.raises(Held) as held:
            perform(kind, verb, found, by=by, **inputs)
        return gate.keep(held.value, by)


def account(person: Person, **changes: object):
    """A customer of somebody, made before there are rules; answers with its id."""
    with person.workspace.acting(person) as by:
        return make_account(by, **changes).id


def stands(person: Person, record_id: object) -> Account:
    """A customer as it stands."""
    with person.workspace.scope() as session:
        found = session.get_one(Account, record_id)
        session.expunge(found)
        return found


def test_a_deletion_waits_until_it_is_approved_and_is_then_the_asker_s(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete")
    told = ask(bob, "delete", record_id)
    assert "Alice Archer" in str(told.message)
    assert stands(bob, record_id).deleted_at is None
    request = only_request(alice)
    assert (request.verb, request.record_id, request.requester_id) == (
        "delete",
        record_id,
        bob.user_id,
    )
    assert asked(alice, request) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).deleted_at is not None
    assert "Approved by Alice Archer" in bob.client.get("/approvals?show=mine").text
    with alice.workspace.scope() as session:
        event = session.scalars(
            select(Event).where(Event.record_id == record_id, Event.verb == "deleted")
        ).one()
        assert event.actor_id == bob.user_id
        assert event.changes["approved_by"] == [None, "Alice Archer"]
        told = session.scalars(select(Event.verb).where(Event.record_id == record_id)).all()
        assert {"approval_requested", "approval_approved"} <= set(told)


def test_a_rule_looks_at_the_record_as_it_would_stand(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", ["create", "update"], when=Filter("city", "eq", "Leeds"))
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        perform("account", "update", found, by=by, city="Hull")
    ask(bob, "update", record_id, city="Leeds")
    ask(bob, "create", name="New", city="Leeds")
    assert stands(bob, record_id).city == "Hull"
    changed, made = requests(alice)
    assert changed.changes["city"] == ["Hull", "Leeds"]
    assert made.record_id is None
    with alice.workspace.acting(alice) as by:
        approve(changed.id, by)
        approve(made.id, by)
        number = by.session.scalar(select(func.count()).where(Account.name == "New"))
        assert number == 1
    assert stands(bob, record_id).city == "Leeds"


def test_a_rule_about_fields_leaves_others_alone(bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"])
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        perform("account", "update", found, by=by, address="1 High Street")
    ask(bob, "update", record_id, city="York", address="2 Low Street")
    assert stands(bob, record_id).address == "1 High Street"


def test_who_could_approve_it_does_it_at_once_unless_four_eyes_are_asked(
    alice: Person, bob: Person, rule: Rule
) -> None:
    first, second = account(alice), account(alice, name="Second")
    colleague(alice, "Nora Nash", "owner")
    rule_id = rule("account", "delete")
    with alice.workspace.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, first), by=by)
    assert stands(alice, first).deleted_at is not None
    with alice.workspace.acting(alice) as by:
        from app.automation.approvals.rules import get_rule

        get_rule(by, rule_id).four_eyes = True
        from app.automation.approvals.facts import changed

        changed(by.session)
    ask(alice, "delete", second)
    assert stands(alice, second).deleted_at is None


def test_levels_are_asked_one_after_the_other(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(dora), people(alice))
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert asked(alice, request) == [dora.user_id]
    with alice.workspace.acting(alice) as by, pytest.raises(NotPermitted):
        approve(request.id, by)
    with dora.workspace.acting(dora) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, request) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).deleted_at is not None


def test_all_of_a_level_are_waited_for_where_it_says_so(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(dora, alice, all=True))
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with dora.workspace.acting(dora) as by:
        assert not approve(request.id, by).is_done
    with dora.workspace.acting(dora) as by, pytest.raises(Conflict):
        approve(request.id, by)
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done


def test_one_of_a_level_suffices_and_the_second_is_told(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(dora, alice))
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        approve(request.id, by)
    with dora.workspace.acting(dora) as by, pytest.raises(Conflict, match="approved already"):
        reject(request.id, by, text="No")


def test_a_rejection_needs_a_reason_which_the_asker_is_told(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        with pytest.raises(Refused):
            reject(request.id, by, text="  ")
        reject(request.id, by, text="They order every spring.")
    assert only_request(alice).state == State.REJECTED
    assert stands(bob, record_id).deleted_at is None
    with alice.workspace.scope() as session:
        texts = session.scalars(select(Notice.text).where(Notice.user_id == bob.user_id)).all()
        assert any("rejected" in text for text in texts)


def test_who_asked_can_take_it_back_and_others_can_not(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with dora.workspace.acting(dora) as by, pytest.raises(NotPermitted):
        recall(request.id, by)
    with bob.workspace.acting(bob) as by:
        recall(request.id, by)
    assert only_request(alice).state == State.RECALLED
    with alice.workspace.acting(alice) as by, pytest.raises(Conflict):
        approve(request.id, by)


def test_the_same_change_asked_twice_is_one_request(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "delete")
    assert ask(bob, "delete", record_id).id == ask(bob, "delete", record_id).id
    assert len(requests(alice)) == 1


def test_a_record_that_moved_meanwhile_is_looked_at_again(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", "update", fields=["address"])
    ask(bob, "update", record_id, address="1 High Street")
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        perform("account", "update", found, by=by, city="Hull")
        version = found.version
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        with pytest.raises(Conflict, match="changed since"):
            approve(request.id, by)
        approve(request.id, by, version=version)
    now = stands(bob, record_id)
    assert (now.city, now.address) == ("Hull", "1 High Street")


def test_what_waits_is_locked_as_the_rule_says(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"], locks="fields")
    ask(bob, "update", record_id, city="York")
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        perform("account", "update", found, by=by, address="1 High Street")
        with pytest.raises(Refused, match="locked until then"):
            perform("account", "update", found, by=by, city="Hull")
    request, version = only_request(alice), stands(bob, record_id).version
    with alice.workspace.acting(alice) as by:
        approve(request.id, by, version=version)
    assert stands(bob, record_id).city == "York"


def test_a_request_ends_with_its_record(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"])
    ask(bob, "update", record_id, city="York")
    with bob.workspace.acting(bob) as by:
        perform("account", "delete", by.session.get_one(Account, record_id), by=by)
    request = only_request(alice)
    assert request.state == State.GONE
    assert waiting_number(alice) == 0


def waiting_number(person: Person) -> int:
    """The number at Approvals in the rail of somebody."""
    with person.workspace.scope() as session:
        return session.get_one(User, person.user_id).approvals


def test_the_number_of_what_waits_stands_with_each_person(
    alice: Person, bob: Person, rule: Rule
) -> None:
    first, second = account(bob), account(bob, name="Second")
    rule("account", "delete")
    ask(bob, "delete", first)
    ask(bob, "delete", second)
    assert waiting_number(alice) == 2
    one, _other = requests(alice)
    with alice.workspace.acting(alice) as by:
        approve(one.id, by)
    assert waiting_number(alice) == 1


def test_rights_that_were_lost_meanwhile_are_told(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        by.session.get_one(User, bob.user_id).is_active = False
    request = only_request(alice)
    with alice.workspace.acting(alice) as by, pytest.raises(Refused, match="sign in any more"):
        approve(request.id, by)
    assert only_request(alice).state == State.WAITING


def test_somebody_else_can_be_asked_and_all_are_told_what_is_said(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        comment(request.id, by, text="Why now?")
        hand_on(request.id, by.session.get_one(User, dora.user_id), by)
    assert asked(alice, request) == [dora.user_id]
    with dora.workspace.acting(dora) as by:
        assert approve(request.id, by).is_done


def test_strangers_to_a_request_do_not_find_it(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    rule("account", "create")
    ask(bob, "create", name="New")
    request = only_request(alice)
    with dora.workspace.acting(dora) as by, pytest.raises(Missing):
        comment(request.id, by, text="Hello")


def test_what_goes_along_is_held_back_as_well(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob)
    with bob.workspace.acting(bob) as by:
        perform("contact", "create", by=by, last_name="Fence", account_id=str(record_id))
    rule("contact", "delete")
    ask(bob, "delete", record_id)
    assert stands(bob, record_id).deleted_at is None
    assert only_request(alice).record_type == "account"


def test_a_workspace_without_rules_asks_nothing(bob: Person) -> None:
    with bob.workspace.acting(bob) as by:
        assert not gate.watches(by)
        make_account(by)


def test_the_manager_is_found_up_the_tree_and_else_who_manages_approvals(
    alice: Person, bob: Person, rule: Rule
) -> None:
    from app.automation.approvals.facts import Level

    rule("account", "delete", Level("manager"), by_role_none())
    record_id = account(bob)
    ask(bob, "delete", record_id)
    assert asked(alice, only_request(alice)) == [alice.user_id]


def by_role_none():
    """A level whose people nobody is."""
    from app.automation.approvals.facts import Level

    return Level("owner_manager")
