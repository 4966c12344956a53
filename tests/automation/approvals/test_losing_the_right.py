"""Who left, was demoted or lost the right decides nothing more: others follow, and it is said."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.automation.approvals import entitled
from app.automation.approvals.absences import add_absence
from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.decide import approve, hand_on
from app.automation.approvals.facts import Level
from app.automation.approvals.models import State
from app.automation.pages.approval_trail import page_of
from app.identity.models import Grant, User
from app.identity.operations.roles import role_by_key, set_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_role, change_team, disable_user, enable_user
from app.jobs.worker import Worker
from app.kernel.actor import Reach
from app.kernel.errors import NotPermitted, Refused
from tests.automation.approvals.conftest import (
    Rule,
    asked,
    by_role,
    colleague,
    only_request,
    people,
    requests,
)
from tests.automation.approvals.test_gate import account, ask, stands, waiting_number
from tests.automation.approvals.test_time import notes, told
from tests.automation.approvals.test_who_decides import put_into
from tests.cast import Person


def trail(person: Person) -> list[str]:
    """What the page of the one request tells, line by line."""
    request = only_request(person)
    with person.workspace.acting(person) as by:
        return [line.text for line in page_of(by.session.merge(request), by).trail]


def managing(alice: Person, *, yes: bool) -> None:
    """Let admins manage approvals, or no longer."""
    with alice.workspace.acting(alice) as by:
        admin = role_by_key(by.session, "admin")
        rows = by.session.scalars(select(Grant).where(Grant.role_id == admin.id)).all()
        grants = {(one.record_type, one.verb): Reach(one.reach) for one in rows}
        grants.pop(MANAGE, None)
        more = {MANAGE: Reach.ALL} if yes else {}
        set_rights(by, admin, grants=grants | more, fields={})


def demote(alice: Person, person: Person, key: str = "viewer") -> None:
    with alice.workspace.acting(alice) as by:
        user = by.session.get_one(User, person.user_id)
        change_role(by, user, role_by_key(by.session, key))


def test_a_manager_who_was_demoted_decides_nothing_from_that_moment_on(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    put_into("North", alice, mara, bob)
    record_id = account(bob)
    rule("account", "delete", Level("manager"))
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    assert asked(alice, only_request(alice)) == [mara.user_id]
    demote(alice, mara)
    with mara.workspace.acting(mara) as by, pytest.raises(NotPermitted):
        approve(request_id, by)  # Before any job was run.
    assert stands(bob, record_id).deleted_at is None
    worker.drain()
    assert asked(alice, only_request(alice)) == [alice.user_id]
    assert (waiting_number(mara), waiting_number(alice)) == (0, 1)
    said = trail(alice)
    assert "Mara Moor can't decide any more" in said
    assert "Nobody it names can decide, so those who manage approvals are asked" in said


def test_a_manager_who_went_to_another_team_is_followed_by_the_next_one(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    nora = colleague(alice, "Nora Nash", "manager")
    put_into("North", alice, mara, nora, bob)
    record_id = account(bob)
    rule("account", "delete", Level("manager", all=True))
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        south = create_team(by, name="South")
        change_team(by, by.session.get_one(User, mara.user_id), south)
    worker.drain()
    assert asked(alice, only_request(alice)) == [nora.user_id]


def test_who_manages_approvals_no_more_is_not_asked_for_want_of_others(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    nora = colleague(alice, "Nora Nash", "admin")
    managing(alice, yes=True)
    record_id = account(bob)
    rule("account", "delete", Level("manager"))
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    assert asked(alice, only_request(alice)) == [alice.user_id, nora.user_id]
    managing(alice, yes=False)
    with nora.workspace.acting(nora) as by, pytest.raises(NotPermitted):
        approve(request_id, by)
    worker.drain()
    assert asked(alice, only_request(alice)) == [alice.user_id]


def test_whom_it_was_handed_on_to_decides_until_they_leave(
    alice: Person, bob: Person, dora: Person, rule: Rule, worker: Worker
) -> None:
    nick = colleague(alice, "Nick Nell")
    record_id = account(bob)
    with alice.workspace.acting(alice) as by:
        level = by_role(by)
    rule("account", "delete", level)
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        hand_on(request_id, by.session.get_one(User, nick.user_id), by)
    demote(alice, nick)
    worker.drain()
    assert asked(alice, only_request(alice)) == [nick.user_id]
    with alice.workspace.acting(alice) as by:
        disable_user(by, by.session.get_one(User, nick.user_id))
    worker.drain()
    assert asked(alice, only_request(alice)) == [alice.user_id]


def test_each_of_a_level_is_asked_once_also_where_one_leaves(
    alice: Person, bob: Person, dora: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    nora = colleague(alice, "Nora Nash", "manager")
    record_id = account(bob)
    with alice.workspace.acting(alice) as by:
        level = by_role(by, "manager", all=True)
    rule("account", "delete", level)
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    with mara.workspace.acting(mara) as by:
        assert not approve(request_id, by).is_done
    demote(alice, nora)
    worker.drain()
    assert asked(alice, only_request(alice)) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done


def test_where_nobody_is_left_who_asked_is_told_and_the_next_one_is_asked(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor", "owner")
    record_id = account(alice)
    with alice.workspace.acting(alice) as by:
        level = by_role(by)
    rule("account", "delete", level, four_eyes=True)
    ask(alice, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        disable_user(by, by.session.get_one(User, mara.user_id))
    worker.drain()
    assert asked(alice, only_request(alice)) == []
    assert notes(alice).count("nobody") == 1
    assert any("Nobody is left who could approve" in line for line in told(alice))
    card = alice.client.get("/approvals?show=mine").text
    assert "Nobody is left who could approve it" in card
    with alice.workspace.acting(alice) as by:
        enable_user(by, by.session.get_one(User, mara.user_id))
    worker.drain()
    assert asked(alice, only_request(alice)) == [mara.user_id]
    request_id = only_request(alice).id
    with mara.workspace.acting(mara) as by:
        assert approve(request_id, by).is_done


def test_four_eyes_with_one_pair_are_refused_with_the_rule_and_at_the_door(
    alice: Person, bob: Person, rule: Rule
) -> None:
    mara = colleague(alice, "Mara Moor", "owner")
    record_id = account(alice)
    rule("account", "delete", four_eyes=True)
    with alice.workspace.acting(alice) as by:
        disable_user(by, by.session.get_one(User, mara.user_id))
    answer = alice.client.post(f"/accounts/{record_id}/delete")
    assert answer.status_code == 422
    assert "there is nobody else who could" in answer.text
    assert stands(alice, record_id).deleted_at is None
    with pytest.raises(Refused) as refused:
        rule("account", "update", four_eyes=True)
    assert "Only one person could decide" in str(refused.value.errors["four_eyes"])
    rule("account", "update", people(bob), four_eyes=True)


def test_the_inbox_says_why_one_s_own_request_has_no_buttons(
    alice: Person, bob: Person, rule: Rule
) -> None:
    mara = colleague(alice, "Mara Moor", "owner")
    record_id = account(alice)
    rule("account", "delete", people(alice, mara), four_eyes=True)
    ask(alice, "delete", record_id)
    with mara.workspace.acting(mara) as by:
        add_absence(by, by.session.get_one(User, alice.user_id), by.today(), by.today())
    inbox = alice.client.get("/approvals").text
    assert "Four eyes: you asked for this, so somebody else decides." in inbox
    assert "data-approve" not in inbox
    assert only_request(alice).state == State.WAITING


def test_a_change_of_people_is_followed_piece_by_piece(
    alice: Person, bob: Person, rule: Rule, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever lost the right is refused at once, also where nobody came to that request yet."""
    monkeypatch.setattr(entitled, "CHUNK", 2)
    mara = colleague(alice, "Mara Moor", "manager")
    with alice.workspace.acting(alice) as by:
        level = by_role(by, "manager")
    rule("account", "delete", level)
    for number in range(5):
        ask(bob, "delete", account(bob, name=f"Firm {number}"))
    demote(alice, mara)
    waits = requests(alice)
    with alice.workspace.acting(alice) as by:
        assert entitled.pass_on(by) == waits[1].id
    assert [asked(alice, one) for one in waits] == [[alice.user_id]] * 2 + [[mara.user_id]] * 3
    with mara.workspace.acting(mara) as by, pytest.raises(NotPermitted):
        approve(waits[4].id, by)
    demote(alice, mara, "manager")  # While the rest waits: it is looked at from the beginning.
    nora = colleague(alice, "Nora Nash", "manager")
    demote(alice, mara)
    worker.drain()
    assert [asked(alice, one) for one in waits[2:]] == [[nora.user_id]] * 3
    assert (waiting_number(mara), waiting_number(alice), waiting_number(nora)) == (0, 2, 3)
