"""Many records by a worker: progress, cancelling, a killed worker, the notice at the end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.crm.models import Account
from app.events import Event
from app.identity.models import Notice, User
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.records import door
from app.records.bulk import run
from app.records.bulk.jobs import bulk_change_given_up
from app.records.bulk.models import BulkChange
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.bulk.conftest import Firms, cities, events_of, last_change
from tests.records.bulk.test_changes import change, set_city

pytestmark = pytest.mark.usefixtures("in_pieces")


def work_of(workspace: Workspace) -> Work:
    with workspace.scope() as session:
        return session.scalars(select(Work).order_by(Work.id.desc()).limit(1)).one()


def notices_of(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        return list(session.scalars(select(Notice.text).order_by(Notice.at, Notice.id)))


def test_many_records_are_changed_in_the_background_with_progress_and_a_notice(
    acme: Workspace, alice: Person, firms: Firms, worker: Worker
) -> None:
    answer = set_city(alice, firms(alice, 5))
    made = last_change(acme)
    assert answer.headers["Location"] == f"/work/{made.id}"
    assert set(cities(acme).values()) == {None}
    assert "0 of 5 done" in alice.client.get(f"/work/{made.id}").text
    assert worker.drain(1) == 1
    page = alice.client.get(f"/work/{made.id}").text
    assert "2 of 5 done" in page
    assert '<progress class="progress" max="5" value="2"' in page
    assert '<progress class="progress" max="5" value="2"' in alice.client.get("/notices").text
    assert worker.drain() == 2
    assert set(cities(acme).values()) == {"Leeds"}
    done = alice.client.get(f"/work/{made.id}")
    assert done.headers["Location"] == f"/accounts/bulk/{made.id}"
    assert notices_of(acme) == ["Changed 5 accounts."]
    assert events_of(acme, made.id) == 5


def test_a_killed_worker_leaves_nothing_half_done_and_nothing_is_done_twice(
    acme: Workspace,
    alice: Person,
    firms: Firms,
    worker: Worker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_city(alice, firms(alice, 5))
    worker.drain(1)
    real = door.perform
    seen: list[Any] = []

    def killed(*args: Any, **inputs: Any) -> Any:
        seen.append(args)
        if len(seen) == 2:
            raise SystemExit("killed in the middle of a piece")
        return real(*args, **inputs)

    monkeypatch.setattr(run, "perform", killed)
    with pytest.raises(SystemExit):
        worker.drain()
    monkeypatch.setattr(run, "perform", real)
    assert list(cities(acme).values()).count("Leeds") == 2, "the piece that was cut left nothing"
    assert work_of(acme).done == 2
    clock.shift(timedelta(minutes=2))  # Its lease runs out, as nobody renews it.
    successor = replace(worker, name="successor")
    with successor.app.app_context():
        successor.upkeep()
    clock.shift(timedelta(minutes=1))
    successor.drain()
    made = last_change(acme)
    assert set(cities(acme).values()) == {"Leeds"}
    assert (made.done, made.left_out, events_of(acme, made.id)) == (5, 0, 5)


def test_a_piece_that_was_done_already_is_not_done_again(
    acme: Workspace, alice: Person, firms: Firms, worker: Worker
) -> None:
    """The worker died between the piece's transaction and the note that its job is done."""
    set_city(alice, firms(alice, 5))
    with worker.app.app_context(), control_session() as session:
        first = session.scalars(select(Job)).one()
        payload = dict(first.payload)
    worker.drain(1)
    with worker.app.app_context(), control_session() as session:
        session.execute(
            update(Job)
            .where(Job.id == first.id)
            .values(state="ready", payload=payload, finished_at=None, key=None)
        )
    worker.drain()
    made = last_change(acme)
    assert (made.done, events_of(acme, made.id), notices_of(acme)) == (
        5,
        5,
        ["Changed 5 accounts."],
    )


def test_work_is_stopped_where_it_stands_and_what_is_done_is_undone(
    acme: Workspace, alice: Person, bob: Person, firms: Firms, worker: Worker
) -> None:
    set_city(alice, firms(alice, 5))
    made = last_change(acme)
    worker.drain(1)
    assert bob.client.post(f"/work/{made.id}/cancel").status_code == 404
    answer = alice.client.post(f"/work/{made.id}/cancel")
    assert answer.headers["Location"] == f"/accounts/bulk/{made.id}"
    worker.drain()
    assert list(cities(acme).values()).count("Leeds") == 2
    receipt = alice.client.get(f"/accounts/bulk/{made.id}").text
    assert "3 were not looked at" in receipt
    assert alice.client.post(f"/work/{made.id}/cancel").status_code == 422
    alice.client.post(f"/accounts/bulk/{made.id}/undo")
    worker.drain()
    assert set(cities(acme).values()) == {None}


def test_a_large_change_is_undone_in_the_background(
    acme: Workspace, alice: Person, firms: Firms, worker: Worker
) -> None:
    ids = firms(alice, 5)
    change(alice, verb="delete", id=ids)
    worker.drain()
    assert cities(acme) == {}
    made = last_change(acme)
    answer = alice.client.post(f"/accounts/bulk/{made.id}/undo")
    back = last_change(acme)
    assert answer.headers["Location"] == f"/work/{back.id}"
    worker.drain()
    assert len(cities(acme)) == 5
    assert notices_of(acme)[-1] == "Took back the change of 5 accounts."


def test_a_person_who_was_disabled_meanwhile_changes_nothing_more(
    acme: Workspace, alice: Person, bob: Person, firms: Firms, worker: Worker
) -> None:
    set_city(bob, firms(bob, 5))
    worker.drain(1)
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values(is_active=False))
    worker.drain()
    assert list(cities(acme).values()).count("Leeds") == 2
    assert work_of(acme).state == "failed"


def test_a_right_that_was_taken_away_meanwhile_stops_the_work_with_its_reason(
    acme: Workspace, alice: Person, bob: Person, firms: Firms, worker: Worker
) -> None:
    set_city(bob, firms(bob, 5))
    with acme.scope() as session:
        viewer = session.get_one(User, bob.user_id)
        viewer.role_id = session.scalars(
            select(User.role_id).where(User.email == "dora@acme.example")
        ).one()
    worker.drain()
    assert set(cities(acme).values()) == {None}
    assert "Your role does not allow this." in str(work_of(acme).error)


def test_two_changes_of_the_same_rows_come_one_after_the_other(
    acme: Workspace, alice: Person, firms: Firms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.bulk.begin.AT_ONCE", 200)
    ids = firms(alice, 6)
    first, second = alice.sign_in(), alice.sign_in()
    data = {"verb": "update", "set": ["city"]}
    answers: list[int] = []

    def send(client: Any, order: list[str], city: str) -> None:
        answer = client.post("/accounts/bulk", data={**data, "id": order, "city": city})
        answers.append(answer.status_code)

    threads = [
        threading.Thread(target=send, args=(first, ids, "Leeds")),
        threading.Thread(target=send, args=(second, ids[::-1], "York")),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [303, 303]
    assert len(set(cities(acme).values())) == 1, "the second saw what the first had made"
    with acme.scope() as session:
        done = session.scalars(select(BulkChange.done)).all()
        versions = set(session.scalars(select(Account.version)))
        told = session.scalars(select(Event.id).where(Event.verb == "updated")).all()
    assert list(done) == [6, 6]
    assert versions == {3}
    assert len(told) == 12


def test_notices_are_read_one_by_one_and_all_at_once(
    acme: Workspace, alice: Person, bob: Person, firms: Firms, worker: Worker
) -> None:
    for _time in range(2):
        set_city(alice, firms(alice, 3))
        worker.drain()
    assert "Notifications, 2 new" in alice.client.get("/").text
    assert "Notifications, " not in bob.client.get("/").text
    with acme.scope() as session:
        first, second = session.scalars(select(Notice).order_by(Notice.at, Notice.id)).all()
    assert bob.client.get(f"/notices/{first.id}").status_code == 404
    answer = alice.client.get(f"/notices/{first.id}")
    assert answer.headers["Location"] == first.url
    assert "Notifications, 1 new" in alice.client.get("/").text
    alice.client.get(second.url)
    assert "Notifications, " not in alice.client.get("/").text, "its page was looked at"
    with acme.scope() as session:
        session.execute(update(Notice).values(read_at=None))
    assert bob.client.post("/notices/read").status_code == 303
    assert "Notifications, 2 new" in alice.client.get("/").text
    alice.client.post("/notices/read")
    assert "Notifications, " not in alice.client.get("/").text


def test_work_is_listed_for_whoever_waits_for_it_alone(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    set_city(alice, firms(alice, 3))
    made = last_change(acme)
    assert "Change 3 accounts" in alice.client.get("/work").text
    assert "Change 3 accounts" not in bob.client.get("/work").text
    assert bob.client.get(f"/work/{made.id}").status_code == 404


def test_an_undoing_is_stopped_where_it_stands_and_taken_up_again_for_the_rest(
    acme: Workspace, alice: Person, bob: Person, firms: Firms, worker: Worker
) -> None:
    set_city(alice, firms(alice, 7))
    worker.drain()
    made = last_change(acme)
    alice.client.post(f"/accounts/bulk/{made.id}/undo")
    back = last_change(acme)
    worker.drain(1)
    assert bob.client.post(f"/work/{back.id}/cancel").status_code == 404
    assert alice.client.post(f"/work/{back.id}/cancel").location == f"/accounts/bulk/{back.id}"
    worker.drain()
    assert list(cities(acme).values()).count("Leeds") == 5
    assert "5 were not looked at" in alice.client.get(f"/accounts/bulk/{back.id}").text
    receipt = alice.client.get(f"/accounts/bulk/{made.id}").text
    assert "what is left can be undone" in receipt
    assert f"/accounts/bulk/{made.id}/undo" in receipt
    alice.client.post(f"/accounts/bulk/{made.id}/undo")
    rest = last_change(acme)
    assert rest.total == 5
    worker.drain()
    assert set(cities(acme).values()) == {None}
    with acme.scope() as session:
        rest = session.get_one(BulkChange, rest.id)
    assert (rest.done, rest.left_out) == (5, 0)
    assert alice.client.post(f"/accounts/bulk/{made.id}/undo").location == (
        f"/accounts/bulk/{made.id}"
    )
    assert "undone already" in alice.client.get(f"/accounts/bulk/{made.id}").text


def fail_in_piece(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """From the piece with this number on, the code itself is at fault."""
    real, calls = run.reached, iter(range(1, 100))

    def broken(*args: Any) -> bool:
        if next(calls) >= piece:
            raise RuntimeError("a mistake of ours")
        return real(*args)

    monkeypatch.setattr(run, "reached", broken)


def test_a_change_that_is_given_up_ends_with_a_receipt_that_says_so(
    acme: Workspace,
    alice: Person,
    firms: Firms,
    worker: Worker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_city(alice, firms(alice, 5))
    made = last_change(acme)
    fail_in_piece(monkeypatch, 2)
    for _attempt in range(6):
        worker.drain()
        clock.shift(timedelta(hours=2))
    assert (work_of(acme).state, work_of(acme).done) == ("failed", 2)
    assert list(cities(acme).values()).count("Leeds") == 2
    receipt = alice.client.get(f"/accounts/bulk/{made.id}").text
    assert "Changed 2 accounts." in receipt
    assert "3 were not looked at" in receipt
    assert "was given up" in receipt
    (notice,) = notices_of(acme)
    assert notice.startswith("Changed 2 accounts. It failed again and again")
    worker.drain()
    assert notices_of(acme) == [notice]
    monkeypatch.undo()
    monkeypatch.setattr("app.records.bulk.begin.AT_ONCE", 200)
    alice.client.post(f"/accounts/bulk/{made.id}/undo")
    assert set(cities(acme).values()) == {None}


def test_a_change_under_which_worker_after_worker_is_killed_ends_too(
    acme: Workspace,
    alice: Person,
    firms: Firms,
    worker: Worker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_city(alice, firms(alice, 5))
    worker.drain(1)

    def killed(*_args: Any, **_inputs: Any) -> Any:
        raise SystemExit("killed in the middle of a piece")

    monkeypatch.setattr(run, "perform", killed)
    for number in range(5):
        successor = replace(worker, name=f"successor {number}")
        with pytest.raises(SystemExit):
            successor.drain()
        clock.shift(timedelta(minutes=2))
        with successor.app.app_context():
            successor.upkeep()
        clock.shift(timedelta(hours=2))
    last = replace(worker, name="the last one")
    last.drain()
    made = last_change(acme)
    assert work_of(acme).state == "failed"
    assert made.finished_at is not None
    assert (made.done, list(cities(acme).values()).count("Leeds")) == (2, 2)
    assert "was given up" in alice.client.get(f"/accounts/bulk/{made.id}").text


def test_a_dead_letter_of_a_piece_that_was_done_after_all_ends_nothing(
    acme: Workspace, alice: Person, firms: Firms, worker: Worker, clock: Clock
) -> None:
    """The worker died between the piece's transaction and the note that its job is done."""
    set_city(alice, firms(alice, 5))
    made = last_change(acme)
    worker.drain(1)
    with acme.acting() as by:
        payload = {"change_id": str(made.id), "step": 0}
        bulk_change_given_up.run(by, payload)
    assert work_of(acme).state == "running"
    worker.drain()
    assert set(cities(acme).values()) == {"Leeds"}
    with acme.acting() as by:
        bulk_change_given_up.run(by, {"change_id": str(made.id), "step": 3})
        bulk_change_given_up.run(by, {"change_id": str(alice.user_id), "step": 0})
    assert work_of(acme).state == "done"
