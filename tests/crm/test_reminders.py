"""What is due is brought to its owner's mind a while before: once, by their own clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Activity, Reminder
from app.crm.operations.reminders.choose import choose_usual, snooze
from app.crm.operations.reminders.settle import AHEAD, arm_near
from app.crm.operations.reminders.tell import remind_due
from app.identity.models import User
from app.identity.news import lines
from app.identity.operations.notices import choose_news, notices_of
from app.identity.operations.users import disable_user
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.records.door import perform
from app.records.many import perform_many
from app.records.values import as_json
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_activity
from tests.jobs.conftest import Queue, queue
from tests.records.api.conftest import Programs, program
from tests.records.pages.conftest import statements

__all__ = ["program", "queue"]
HOUR = timedelta(hours=1)


def plan(by: Actor, hours: float = 1, **more: Any) -> Activity:
    due_at = (by.now + timedelta(hours=hours)).isoformat()
    return make_activity(by, "task", **{"subject": "Ring them", "due_at": due_at, **more})


@pytest.fixture
def task(acme: Workspace, bob: Person) -> UUID:
    """Bob's task, due in an hour."""
    with acme.acting(bob) as by:
        return plan(by).id


def moments(acme: Workspace) -> dict[UUID, Any]:
    with acme.scope() as session:
        return {one.activity_id: one.at for one in session.scalars(select(Reminder))}


def work(acme: Workspace) -> None:
    with acme.acting() as by:
        remind_due(by)


def told(acme: Workspace, person: Person) -> list[str]:
    with acme.acting(person) as by:
        return [one.text for one in lines(notices_of(by), by)]


def do(acme: Workspace, person: Person, verb: str, task: UUID, **inputs: Any) -> None:
    with acme.acting(person) as by:
        perform("activity", verb, by.session.get_one(Activity, task), by=by, **inputs)


def test_its_owner_is_reminded_once_a_quarter_of_an_hour_before(
    acme: Workspace, bob: Person, clock: Clock, task: UUID
) -> None:
    clock.shift(timedelta(minutes=44))
    work(acme)
    assert told(acme, bob) == []
    clock.shift(timedelta(minutes=2))
    work(acme)
    work(acme)
    [line] = told(acme, bob)
    assert line.startswith("Due ")
    assert line.endswith(": Ring them")
    assert moments(acme) == {}


def test_a_worker_that_dies_before_its_end_has_told_nothing(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    clock.shift(HOUR)
    with acme.acting() as by:
        remind_due(by)
        by.session.rollback()
    assert told(acme, bob) == []
    work(acme)
    assert len(told(acme, bob)) == 1


def test_a_job_waits_for_each_minute_and_a_far_one_for_its_day(
    acme: Workspace, bob: Person, clock: Clock, queue: Queue
) -> None:
    with acme.acting(bob) as by:
        at = by.now.replace(second=0, microsecond=0) + timedelta(hours=3)
        for _number in range(3):
            plan(by, due_at=at.isoformat())
        plan(by, hours=24 * 9)
    [job] = queue.jobs(acme)
    assert (job.kind, job.run_at) == ("remind", at - timedelta(minutes=15))
    clock.shift(timedelta(days=8))
    with acme.acting() as by:
        arm_near(by)
        assert len(queue.jobs(acme)) == 1
        by.session.flush()
    later = [one.run_at for one in queue.jobs(acme) if one.id != job.id]
    with acme.acting() as by:
        assert any(by.now < at < by.now + AHEAD for at in later)


@pytest.mark.parametrize(
    ("chosen", "minutes"), [("0", 0), ("60", 60), ("1440", None), ("none", None), (None, 15)]
)
def test_each_activity_says_how_long_before(
    acme: Workspace, bob: Person, chosen: str | None, minutes: int | None
) -> None:
    with acme.acting(bob) as by:
        made = plan(by, hours=3, remind=chosen)
        due, made_id = made.due_at, made.id
    assert due is not None
    expected = {} if minutes is None else {made_id: due - timedelta(minutes=minutes)}
    assert moments(acme) == expected


def test_it_moves_with_its_activity_and_goes_when_that_is_done(
    acme: Workspace, bob: Person, alice: Person, task: UUID, clock: Clock
) -> None:
    before = moments(acme)[task]
    later = (before + timedelta(hours=5)).isoformat()
    do(acme, bob, "update", task, due_at=later)
    assert moments(acme)[task] == before + timedelta(hours=4, minutes=45)
    do(acme, bob, "complete", task)
    assert moments(acme) == {}
    do(acme, bob, "reopen", task)
    assert list(moments(acme)) == [task]
    do(acme, alice, "delete", task)
    assert moments(acme) == {}
    do(acme, alice, "restore", task)
    assert list(moments(acme)) == [task]
    do(acme, alice, "update", task, owner_id=str(alice.user_id))
    with acme.scope() as session:
        assert session.get_one(Reminder, task).user_id == alice.user_id
    do(acme, alice, "update", task, due_at=None)
    assert moments(acme) == {}


def test_one_that_was_told_does_not_come_back_with_other_words(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    clock.shift(timedelta(minutes=50))
    work(acme)
    do(acme, bob, "update", task, subject="Ring them twice")
    assert moments(acme) == {}
    assert told(acme, bob)[0].endswith("Ring them twice")


def test_one_that_was_put_off_stays_when_only_words_change(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    clock.shift(timedelta(minutes=50))
    work(acme)
    with acme.acting(bob) as by:
        at = snooze(by.session.get_one(Activity, task), "hour", by)
        assert at == by.now + HOUR
        assert [one.read_at is None for one in notices_of(by)] == [False]
    do(acme, bob, "update", task, subject="Ring them twice")
    assert moments(acme) == {task: at}
    clock.shift(HOUR)
    work(acme)
    assert len(told(acme, bob)) == 2


def test_tomorrow_is_nine_in_the_morning_where_the_person_is(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        by.session.get_one(User, bob.user_id).zone = "Asia/Tokyo"
    with acme.acting(bob) as by:
        at = snooze(by.session.get_one(Activity, task), "tomorrow", by)
        here = at.astimezone(by.zone)
        assert (here.hour, here.minute, str(here.tzinfo)) == (9, 0, "Asia/Tokyo")
        assert here.date() == by.today() + timedelta(days=1)


def test_nobody_puts_off_what_is_not_theirs_done_or_nonsense(
    acme: Workspace, alice: Person, bob: Person, task: UUID
) -> None:
    with acme.acting(alice) as by, pytest.raises(NotPermitted):
        snooze(by.session.get_one(Activity, task), "hour", by)
    with acme.acting(bob) as by:
        record = by.session.get_one(Activity, task)
        with pytest.raises(Refused):
            snooze(record, "never", by)
        perform("activity", "complete", record, by=by)
        with pytest.raises(Refused):
            snooze(record, "hour", by)


def test_a_program_puts_off_what_is_its_person_s(
    acme: Workspace, alice: Person, bob: Person, task: UUID, program: Programs
) -> None:
    api, path = program(bob), f"activities/{task}/snooze"
    put_off = api.post(path, {"wait": "hour"})
    assert put_off.status_code == 200
    assert put_off.json == {"remind_at": as_json(moments(acme)[task])}
    assert api.post(path, {"wait": "never"}).status_code == 422
    assert api.post(path).status_code in (415, 422)
    assert program(alice).post(path, {"wait": "hour"}).status_code == 403
    assert api.post(f"activities/{bob.user_id}/snooze", {"wait": "hour"}).status_code == 404
    assert "/activities/{activity_id}/snooze" in api.get("openapi.json").text


def test_the_bell_offers_to_put_it_off(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    clock.shift(timedelta(minutes=50))
    work(acme)
    assert f'action="/activities/{task}/snooze"' in bob.client.get("/notices").text
    answer = bob.client.post(f"/activities/{task}/snooze", data={"wait": "hour"})
    assert answer.status_code == 303
    page = bob.client.get("/notices").text
    assert "You will be reminded again" in page
    assert "/snooze" not in page
    assert bob.client.post(f"/activities/{task}/snooze", data={"wait": "x"}).status_code == 422


def test_what_was_done_meanwhile_is_no_line_any_more(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    clock.shift(timedelta(minutes=50))
    work(acme)
    do(acme, bob, "complete", task)
    assert told(acme, bob) == []


def test_who_wants_none_or_has_left_is_not_reminded(
    acme: Workspace, alice: Person, bob: Person, dora: Person, task: UUID, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        plan(by, owner_id=str(dora.user_id))
        disable_user(by, by.session.get_one(User, dora.user_id))
    with acme.acting(bob) as by:
        choose_news(by, by.session.get_one(User, bob.user_id), ["given"])
    clock.shift(HOUR)
    work(acme)
    assert told(acme, bob) == []
    assert not [one for one in told(acme, dora) if one.startswith("Due")]


def test_a_person_chooses_what_is_usual_and_what_is_planned_follows(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    with acme.acting(bob) as by:
        own = plan(by, hours=9, remind="5").id
        far = plan(by, hours=9).id
    before = moments(acme)
    answer = bob.client.post("/settings/me/reminders", data={"remind": "120"})
    assert answer.status_code == 303
    after = moments(acme)
    assert after == {own: before[own], far: before[far] - timedelta(minutes=105)}
    page = bob.client.get("/settings/me/reminders").text
    assert '<option value="120" selected>' in page
    with acme.acting(bob) as by:
        with pytest.raises(Refused):
            choose_usual("7", by)
        choose_usual("none", by)
        plan(by)
    assert list(moments(acme)) == [own]
    assert bob.client.post("/settings/me/reminders", data={"remind": "7"}).status_code == 422


def test_many_planned_at_once_are_reminded_of_too(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        due_at = (by.now + HOUR).isoformat()
        rows = [{"kind": "task", "subject": f"No. {n}", "due_at": due_at} for n in range(3)]
        perform_many("activity", "create", rows, by=by)
    assert len(moments(acme)) == 3


def test_what_was_never_planned_asks_nothing_of_reminders(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by, statements() as seen:
        make_activity(by)
    assert not [one for one in seen if "reminders" in one or "control.job" in one]


def test_what_is_told_to_nobody_any_more_costs_one_job_a_day(
    acme: Workspace, bob: Person, alice: Person, clock: Clock, queue: Queue, worker: Worker
) -> None:
    with acme.acting(bob) as by:
        for hours in (1, 2, 3, 4):
            plan(by, hours=hours)
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    clock.shift(timedelta(days=8))
    worker.drain()
    before = {one.id for one in queue.jobs(acme)}
    with acme.acting() as by:
        arm_near(by)
    assert len([one for one in queue.jobs(acme) if one.id not in before]) == 1
