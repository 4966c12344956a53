"""The manager and then the manager above are two persons, in whoever's place they may decide."""

from __future__ import annotations

import pytest

from app.automation.approvals.absences import add_absence
from app.automation.approvals.decide import approve, hand_on
from app.automation.approvals.facts import Level
from app.automation.approvals.models import State
from app.automation.approvals.rules import create_rule
from app.automation.approvals.wishes import Wish
from app.identity.models import Team, User
from app.identity.operations.teams import create_team, set_lead
from app.identity.operations.users import change_team
from app.kernel.errors import Conflict, Refused
from tests.automation.approvals.conftest import Rule, asked, by_role, colleague, only_request
from tests.automation.approvals.test_gate import account, ask, stands
from tests.automation.approvals.test_time import notes
from tests.cast import Person

TWO = (Level("owner_manager"), Level("owner_manager_above"))


@pytest.fixture
def mara(alice: Person, bob: Person) -> Person:
    """The lead of the yard, in which Bob works."""
    mara = colleague(alice, "Mara Moor")
    with alice.workspace.acting(alice) as by:
        sales = create_team(by, name="Sales")
        yard = create_team(by, name="Yard", parent=sales)
        for person in (mara, bob):
            change_team(by, by.session.get_one(User, person.user_id), yard)
        set_lead(by, yard, by.session.get_one(User, mara.user_id))
    return mara


@pytest.fixture
def nora(alice: Person, mara: Person) -> Person:
    """The lead of sales, to which the yard belongs."""
    nora = colleague(alice, "Nora Nash")
    with alice.workspace.acting(alice) as by:
        sales = by.session.query(Team).filter_by(name="Sales").one()
        user = by.session.get_one(User, nora.user_id)
        change_team(by, user, sales)
        set_lead(by, sales, user)
    return nora


def test_the_second_is_the_manager_of_the_first(
    alice: Person, bob: Person, mara: Person, nora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", *TWO)
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert asked(alice, request) == [mara.user_id]
    with mara.workspace.acting(mara) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, request) == [nora.user_id]
    with nora.workspace.acting(nora) as by:
        with pytest.raises(Refused, match="Mara Moor agreed to it before"):
            hand_on(request.id, by.session.get_one(User, mara.user_id), by)
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).deleted_at is not None


def test_who_stands_in_for_both_decides_one_of_them(
    alice: Person, bob: Person, dora: Person, mara: Person, nora: Person, rule: Rule
) -> None:
    for away in (mara, nora):
        with away.workspace.acting(away) as by:
            add_absence(by, by.session.get_one(User, dora.user_id), by.today(), by.today())
    record_id = account(bob)
    rule("account", "delete", *TWO)
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with dora.workspace.acting(dora) as by:
        assert not approve(request.id, by).is_done
    with dora.workspace.acting(dora) as by, pytest.raises(Conflict, match="approved this already"):
        approve(request.id, by)
    assert "You agreed on an earlier level" in dora.client.get("/approvals").text
    assert asked(alice, request) == [nora.user_id]


def test_where_nobody_is_above_those_are_asked_who_manage_approvals(
    alice: Person, bob: Person, mara: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", *TWO)
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with mara.workspace.acting(mara) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, request) == [alice.user_id]
    assert "fallback" in notes(alice)
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done


def test_where_there_is_nobody_but_who_agreed_the_level_is_passed_over(
    alice: Person, bob: Person, rule: Rule
) -> None:
    """Alice, the only one who manages approvals, is asked for want of a manager, and once."""
    record_id = account(bob)
    rule("account", "delete", *TWO)
    ask(bob, "delete", record_id)
    request = only_request(alice)
    assert asked(alice, request) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert "alone" in notes(alice)
    assert only_request(alice).state == State.APPROVED
    page = alice.client.get(f"/approvals/{request.id}").text
    assert "so the level was passed over" in page


def test_one_and_the_same_manager_can_t_be_asked_on_two_levels(alice: Person) -> None:
    with alice.workspace.acting(alice) as by, pytest.raises(Refused) as refused:
        create_rule(by, "account", Wish("Twice", ["delete"], [Level("manager"), by_role(by)] * 2))
    assert "manager above them" in str(refused.value.errors["levels.2"])
