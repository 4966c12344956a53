"""What happens to requests by themselves: reminders, who left, clocks that are set forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.automation.approvals.absences import add_absence
from app.automation.approvals.deadline import due_at, remind_at
from app.automation.approvals.decide import approve, reject
from app.automation.approvals.ends import forget_finished
from app.automation.approvals.facts import Level
from app.automation.approvals.models import ApprovalNote, State
from app.crm.models import Activity
from app.events import Event
from app.identity.models import Notice, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import change_role, disable_user
from app.jobs.worker import Worker
from app.records.door import perform
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
from tests.cast import Person
from tests.conftest import Clock


def notes(person: Person) -> list[str]:
    """The trail of the one request, by kind."""
    request = only_request(person)
    with person.workspace.scope() as session:
        rows = select(ApprovalNote.kind).where(ApprovalNote.request_id == request.id)
        return list(session.scalars(rows.order_by(ApprovalNote.at, ApprovalNote.id)))


def told(person: Person) -> list[str]:
    """The lines in somebody's bell."""
    with person.workspace.scope() as session:
        rows = select(Notice.text).where(Notice.user_id == person.user_id)
        return list(session.scalars(rows.order_by(Notice.at, Notice.id)))


def test_hours_are_hours_also_where_the_clock_is_set_forward(alice: Person) -> None:
    """On 28 March 2027 London's clocks jump from 1 to 2 at night."""
    start = datetime(2027, 3, 27, 18, tzinfo=UTC)
    day = Level("manager", hours=24)
    with alice.workspace.acting(alice) as by:
        then = replace(by, now=start)
        assert due_at(day, then) == datetime(2027, 3, 28, 18, tzinfo=UTC)
        assert remind_at(day, then) == datetime(2027, 3, 28, 12, tzinfo=UTC)
        assert due_at(Level("manager"), then) is None


def test_working_hours_pass_over_nights_weekends_and_a_change_of_the_clock(alice: Person) -> None:
    """Asked on Friday at 17:00 in London, as its clocks go back: one hour is left of that day."""
    level = Level("manager", hours=8, business=True)
    with alice.workspace.acting(alice) as by:
        then = replace(by, now=datetime(2027, 10, 29, 16, tzinfo=UTC))
        assert due_at(level, then) == datetime(2027, 11, 1, 17, tzinfo=UTC)
        assert remind_at(level, then) == datetime(2027, 11, 1, 15, tzinfo=UTC)


def test_who_is_asked_is_reminded_once_and_told_that_it_is_late(
    alice: Person, bob: Person, rule: Rule, worker: Worker, clock: Clock
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice, hours=8))
    ask(bob, "delete", record_id)
    worker.drain()
    assert notes(alice) == ["requested"]
    clock.shift(timedelta(hours=6, minutes=1))
    worker.drain()
    worker.drain()
    assert notes(alice) == ["requested", "reminded"]
    clock.shift(timedelta(hours=2))
    worker.drain()
    assert notes(alice) == ["requested", "reminded", "late"]
    assert any("due soon" in line for line in told(alice))
    assert any("is late" in line for line in told(bob))


def test_nobody_is_reminded_of_what_was_decided(
    alice: Person, bob: Person, rule: Rule, worker: Worker, clock: Clock
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice, hours=8))
    ask(bob, "delete", record_id)
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        approve(request.id, by)
    clock.shift(timedelta(hours=9))
    worker.drain()
    assert notes(alice) == ["requested", "agreed", "approved"]


def test_who_left_is_followed_by_who_manages_approvals(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor")
    record_id = account(bob)
    rule("account", "delete", people(mara))
    ask(bob, "delete", record_id)
    assert waiting_number(mara) == 1
    with alice.workspace.acting(alice) as by:
        disable_user(by, by.session.get_one(User, mara.user_id))
    worker.drain()
    assert asked(alice, only_request(alice)) == [alice.user_id]
    assert (waiting_number(mara), waiting_number(alice)) == (0, 1)
    assert "left" in notes(alice)
    assert any("asks for your approval" in line for line in told(alice))


def test_who_lost_the_role_is_not_asked_any_more(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    nora = colleague(alice, "Nora Nash", "manager")
    record_id = account(bob)
    with alice.workspace.acting(alice) as by:
        level = by_role(by, "manager")
    rule("account", "delete", level)
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        change_role(by, by.session.get_one(User, mara.user_id), role_by_key(by.session, "viewer"))
    worker.drain()
    assert asked(alice, only_request(alice)) == [nora.user_id]


def test_a_stand_in_is_counted_from_the_day_on(
    alice: Person, bob: Person, dora: Person, rule: Rule, worker: Worker, clock: Clock
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice))
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        day = by.today() + timedelta(days=2)
        add_absence(by, by.session.get_one(User, dora.user_id), day, day)
    worker.drain()
    assert waiting_number(dora) == 0
    clock.shift(timedelta(days=2))
    worker.drain()
    assert waiting_number(dora) == 1
    clock.shift(timedelta(days=1))
    worker.drain()
    assert waiting_number(dora) == 0


def test_a_worker_that_dies_leaves_nothing_half_done(
    alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is approved and that it was approved are one transaction."""
    record_id = account(bob)
    rule("account", "delete")
    ask(bob, "delete", record_id)
    request = only_request(alice)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.automation.approvals.decide._tell_requester", die)
        with pytest.raises(KeyboardInterrupt), alice.workspace.acting(alice) as by:
            approve(request.id, by)
    assert only_request(alice).state == State.WAITING
    assert stands(bob, record_id).deleted_at is None
    with alice.workspace.acting(alice) as by:
        approve(request.id, by)
    with alice.workspace.scope() as session:
        deleted = select(func.count()).where(Event.record_id == record_id, Event.verb == "deleted")
        assert session.scalar(deleted) == 1


def test_another_rule_by_then_asks_its_people_too(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", "delete", people(alice))
    ask(bob, "delete", record_id)
    rule("account", "delete", people(dora))
    request = only_request(alice)
    with alice.workspace.acting(alice) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, only_request(alice)) == [dora.user_id]
    with dora.workspace.acting(dora) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).deleted_at is not None


def test_a_change_that_no_longer_fits_is_told_and_stays(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("activity", "complete")
    with bob.workspace.acting(bob) as by:
        task = {"kind": "task", "subject": "Call", "due_at": "2030-01-01"}
        task_id = perform("activity", "create", by=by, account_id=str(record_id), **task).id
    answer = bob.client.post(f"/activities/{task_id}/complete", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    with alice.workspace.acting(alice) as by:
        found = by.session.get_one(Activity, task_id)
        perform("activity", "complete", found, by=by)
        version = found.version
    request = only_request(alice)
    answer = alice.client.post(f"/approvals/{request.id}/approve", data={"version": str(version)})
    assert answer.status_code == 422
    assert "This can&#39;t be done now" in answer.text
    assert only_request(alice).state == State.WAITING


def test_what_is_late_is_asked_of_who_manages_approvals_who_decides_for_all(
    alice: Person, bob: Person, dora: Person, rule: Rule, worker: Worker, clock: Clock
) -> None:
    mara = colleague(alice, "Mara Moor")
    record_id = account(bob)
    rule("account", "delete", people(dora, mara, all=True, hours=8, late="ask"))
    ask(bob, "delete", record_id)
    clock.shift(timedelta(hours=9))
    worker.drain()
    worker.drain()
    assert asked(alice, only_request(alice)) == [dora.user_id, mara.user_id, alice.user_id]
    assert notes(alice).count("above") == 1
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done


def test_what_nobody_answers_in_time_is_rejected_where_the_rule_says_so(
    alice: Person, bob: Person, rule: Rule, worker: Worker, clock: Clock
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice, hours=8, late="reject"))
    ask(bob, "delete", record_id)
    clock.shift(timedelta(hours=9))
    worker.drain()
    assert only_request(alice).state == State.REJECTED
    assert waiting_number(alice) == 0
    assert stands(bob, record_id).deleted_at is None
    assert any("Nobody answered in time" in line for line in told(bob))


def test_what_came_to_its_end_without_a_record_is_forgotten_in_time(
    alice: Person, bob: Person, rule: Rule, clock: Clock
) -> None:
    record_id = account(bob)
    rule("account", ["create", "update"])
    ask(bob, "create", name="New")
    ask(bob, "create", name="Newer")
    ask(bob, "update", record_id, city="York")
    made, _waits, changed = requests(alice)
    for one in (made, changed):
        with alice.workspace.acting(alice) as by:
            reject(one.id, by, text="No")
    clock.shift(timedelta(days=29))
    with alice.workspace.acting(alice) as by:
        assert forget_finished(by) == 0
    clock.shift(timedelta(days=3))
    with alice.workspace.acting(alice) as by:
        assert forget_finished(by) == 1
    assert [one.title for one in requests(alice)] == ["Newer", "Fence & Sons"]


def test_a_stand_in_of_a_stand_in_is_told_counted_and_decides(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    nick = colleague(alice, "Nick Nell")
    record_id = account(bob)
    rule("account", "delete", people(dora))
    for away, helper in ((dora, nick), (nick, alice), (alice, dora)):  # A circle, too.
        with away.workspace.acting(away) as by:
            add_absence(by, by.session.get_one(User, helper.user_id), by.today(), by.today())
    ask(bob, "delete", record_id)
    for person in (dora, nick, alice):
        assert waiting_number(person) == 1
        assert any("asks for your approval" in line for line in told(person))
        said = "You decide in the place of Dora Dunn." in person.client.get("/approvals").text
        assert said == (person is not dora), "who is asked themselves stands in for nobody"
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
    assert [waiting_number(one) for one in (dora, nick, alice)] == [0, 0, 0]
