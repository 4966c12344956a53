"""Several rules that wait for one person: one request, one tap."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.automation.approvals.absences import add_absence
from app.automation.approvals.decide import approve
from app.automation.approvals.facts import Level
from app.automation.approvals.models import State
from app.automation.authority.operations import save_limits
from app.crm.models import Account
from app.identity.models import Notice, User
from app.identity.operations.roles import role_by_key
from app.kernel.errors import Held
from app.records import gate
from app.records.door import perform
from tests.automation.approvals.conftest import (
    Rule,
    asked,
    by_role,
    only_request,
    people,
)
from tests.automation.approvals.test_authority import (
    MINUTES,
    _minutes_are_agreed,
    limits,
    mara,
    number,
)
from tests.automation.approvals.test_gate import account, ask, stands
from tests.automation.approvals.test_time import notes
from tests.automation.approvals.test_who_decides import put_into
from tests.cast import Person

__all__ = ["_minutes_are_agreed", "limits", "mara"]


def tap(person: Person, request_id: UUID, version: int | None = None) -> bool:
    """Says yes, and answers whether it is done by that."""
    with person.workspace.acting(person) as by:
        return approve(request_id, by, version=version).is_done


def bell_of(person: Person) -> list[str]:
    """The lines of somebody's bell."""
    with person.workspace.scope() as session:
        return list(session.scalars(select(Notice.text).where(Notice.user_id == person.user_id)))


@pytest.fixture
def three_rules(alice: Person, bob: Person, mara: Person, rule: Rule) -> None:
    """Three rules by which Mara is asked: as Bob's manager, by her role, by her name."""
    put_into("Yard", alice, mara, bob)
    with alice.workspace.acting(alice) as by:
        role = by_role(by, "manager")
    rule("account", "update", Level("owner_manager", hours=8), name="His manager agrees")
    rule("account", "update", role, fields=["city"], name="Managers agree to towns")
    rule("account", "update", people(mara, late="reject", hours=9), name="Mara agrees")


def test_one_tap_is_enough_for_all_rules_that_ask_one_person(
    alice: Person, bob: Person, mara: Person, three_rules: None
) -> None:
    record_id = account(bob)
    ask(bob, "update", record_id, city="York")
    request = only_request(alice)
    assert len(request.levels) == 3
    assert asked(alice, request) == [mara.user_id]
    assert tap(mara, request.id)
    assert stands(bob, record_id).city == "York"
    assert only_request(alice).state == State.APPROVED
    assert notes(alice) == ["requested", "agreed", "counted", "counted", "approved"]
    page = alice.client.get(f"/approvals/{request.id}").text
    assert page.count("Mara Moor agreed to it before") == 2
    told = bell_of(mara)
    assert len([one for one in told if "asks for your approval" in one]) == 1


def test_where_each_of_a_level_decides_the_others_are_asked_still(
    alice: Person, bob: Person, dora: Person, mara: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(mara), name="First")
    rule("account", "delete", people(mara, dora, all=True), name="Both")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert not tap(mara, request.id)
    assert asked(alice, request) == [dora.user_id]
    assert stands(bob, record_id).deleted_at is None
    assert tap(dora, request.id)
    assert stands(bob, record_id).deleted_at is not None


def test_a_yes_is_kept_over_what_others_say_in_between(
    alice: Person, bob: Person, dora: Person, mara: Person, rule: Rule
) -> None:
    record_id = account(bob)
    for place, person in enumerate((mara, dora, mara)):
        rule("account", "delete", people(person, hours=8 + place), name=f"Rule {place}")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert not tap(mara, request.id)
    assert asked(alice, request) == [dora.user_id]
    assert tap(dora, request.id)
    assert stands(bob, record_id).deleted_at is not None


def test_of_a_record_that_was_changed_since_they_are_asked_anew(
    alice: Person, bob: Person, dora: Person, mara: Person, rule: Rule
) -> None:
    record_id = account(bob)
    for place, person in enumerate((mara, dora, mara)):
        rule("account", "delete", people(person, hours=8 + place), name=f"Rule {place}")
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert not tap(mara, request.id)
    with bob.workspace.acting(bob) as by:
        record = by.session.get_one(Account, record_id)
        perform("account", "update", record, by=by, city="Hull")
    assert not tap(dora, request.id, version=2)
    assert asked(alice, request) == [mara.user_id]
    assert "counted" not in notes(alice)
    assert tap(mara, request.id, version=2)


def test_what_was_said_in_somebody_s_place_is_their_yes(
    alice: Person, bob: Person, dora: Person, mara: Person, rule: Rule
) -> None:
    with mara.workspace.acting(mara) as by:
        add_absence(by, by.session.get_one(User, dora.user_id), by.today(), by.today())
    record_id = account(bob)
    rule("account", "delete", people(mara), name="First")
    rule("account", "delete", people(mara, hours=8), name="Second")
    ask(bob, "delete", record_id)
    assert tap(dora, only_request(alice).id)
    assert stands(bob, record_id).deleted_at is not None


def test_a_rule_that_came_meanwhile_asks_nobody_twice(
    alice: Person, bob: Person, mara: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(mara), name="First")
    ask(bob, "delete", record_id)
    rule("account", "delete", people(mara, hours=8), name="Second")
    assert tap(mara, only_request(alice).id)
    assert len(only_request(alice).levels) == 2


def test_a_rule_and_the_authority_of_a_role_are_one_tap(
    alice: Person, bob: Person, mara: Person, limits: None, rule: Rule
) -> None:
    rule("activity", "create", people(mara), name="Mara agrees")
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Held) as held:
            perform("activity", "create", by=by, kind="call", body="A talk", minutes=80)
        gate.keep(held.value, by)
    assert len(only_request(alice).levels) == 2
    assert tap(mara, only_request(alice).id)
    assert number(bob) == 1


def test_whose_role_suffices_no_more_counts_no_more(
    alice: Person, bob: Person, mara: Person, limits: None, rule: Rule
) -> None:
    """She agreed as the rule asks; what her role may agree to was lowered meanwhile."""
    rule("activity", "create", people(mara), name="Mara agrees")
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Held) as held:
            perform("activity", "create", by=by, kind="call", body="A talk", minutes=80)
        gate.keep(held.value, by)
    with alice.workspace.acting(alice) as by:
        rep, manager = (role_by_key(by.session, key).id for key in ("sales_rep", "manager"))
        save_limits(by, MINUTES, {(rep, ""): "30", (manager, ""): "40"})
    request = only_request(alice)
    assert not tap(mara, request.id)
    assert asked(alice, request) == [alice.user_id]
    assert number(bob) == 0
