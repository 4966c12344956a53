"""A long handover goes on by a worker, whatever happens meanwhile, and leaves nothing behind."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update

from app.crm.models import Account
from app.events import Event
from app.handover.models import Handover
from app.handover.operations import begin, run
from app.handover.operations.begin import begin_handover
from app.handover.operations.share import count_held
from app.handover.operations.undo import begin_undo
from app.handover.rules import Plan
from app.identity.models import Notice, User
from app.identity.operations.users import disable_user, enable_user
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.kernel.errors import Refused
from app.records import door
from tenants.control import Job
from tenants.database import control_session
from tenants.facts import State
from tests.attacks.test_standing import put
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account
from tests.handover.conftest import HandOver

FIRMS = 5


@pytest.fixture(autouse=True)
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three records are too many for a request, and a job does two at a time."""
    monkeypatch.setattr(begin, "AT_ONCE", 2)
    monkeypatch.setattr("app.handover.operations.undo.AT_ONCE", 2)
    monkeypatch.setattr("app.handover.jobs.PIECE", 2)


@pytest.fixture
def firms(acme: Workspace, bob: Person) -> None:
    """Bob's firms."""
    with acme.acting(bob) as by:
        for number in range(FIRMS):
            make_account(by, f"Firm {number}")


def owners(acme: Workspace) -> dict[Any, int]:
    """How many firms everybody has."""
    with acme.scope() as session:
        rows = session.execute(select(Account.owner_id, func.count()).group_by(Account.owner_id))
        return {row[0]: row[1] for row in rows}


def kept(acme: Workspace, handover: Handover) -> Handover:
    """The handover as it stands now."""
    with acme.scope() as session:
        return session.get_one(Handover, handover.id)


def test_a_workspace_that_may_change_nothing_goes_on_with_it_when_it_may(
    acme: Workspace,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
    owner: Engine,
    clock: Clock,
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    worker.drain(1)
    put(owner, acme, State.PAST_DUE)
    worker.drain()
    stands = kept(acme, made)
    assert (stands.finished_at, stands.left_out) == (None, 0)
    put(owner, acme, State.ACTIVE)
    clock.shift(timedelta(hours=2))
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS}


def test_many_records_change_hands_in_the_background_while_access_has_ended_already(
    acme: Workspace, bob: Person, erin: Person, firms: None, hand_over: HandOver, worker: Worker
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    assert not bob.user.is_active
    assert owners(acme) == {bob.user_id: FIRMS}
    worker.drain(1)
    assert owners(acme) == {bob.user_id: FIRMS - 2, erin.user_id: 2}
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS}
    with acme.scope() as session:
        work = session.get_one(Work, made.id)
        assert (work.state, work.done, work.total) == ("done", FIRMS, FIRMS)
        assert len(session.scalars(select(Notice).where(Notice.user_id == erin.user_id)).all()) == 1


def test_a_killed_worker_leaves_nothing_half_done_and_nothing_is_done_twice(
    acme: Workspace,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    worker.drain(1)
    seen: list[Any] = []

    def killed(*args: Any, **inputs: Any) -> Any:
        seen.append(args)
        if len(seen) == 2:
            raise SystemExit("killed in the middle of a piece")
        return door.perform(*args, **inputs)

    monkeypatch.setattr(run, "perform", killed)
    with pytest.raises(SystemExit):
        worker.drain()
    monkeypatch.setattr(run, "perform", door.perform)
    assert owners(acme)[erin.user_id] == 2
    clock.shift(timedelta(minutes=2))  # Its lease runs out, as nobody renews it.
    successor = replace(worker, name="successor")
    with successor.app.app_context():
        successor.upkeep()
    clock.shift(timedelta(minutes=1))
    successor.drain()
    assert owners(acme) == {erin.user_id: FIRMS}
    with acme.scope() as session:
        told = select(func.count()).where(Event.batch_id == made.id, Event.record_type == "account")
        assert session.scalar(told) == FIRMS
    assert kept(acme, made).done == FIRMS


def test_what_comes_to_the_person_meanwhile_goes_to_whom_the_rest_goes(
    acme: Workspace, bob: Person, erin: Person, firms: None, hand_over: HandOver, worker: Worker
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    worker.drain(1)
    with acme.acting() as by:
        make_account(by, "Late Ltd").owner_id = bob.user_id
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS + 1}
    assert kept(acme, made).total == FIRMS + 1


def test_what_was_being_written_at_that_moment_is_looked_for_once_more(
    acme: Workspace,
    bob: Person,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
    clock: Clock,
) -> None:
    hand_over(Plan(True, erin.user_id))
    worker.drain()
    with acme.acting() as by:
        make_account(by, "Late Ltd").owner_id = bob.user_id
    clock.shift(begin.LATE + timedelta(seconds=1))
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS + 1}


def test_somebody_else_s_decision_meanwhile_stands(
    acme: Workspace,
    alice: Person,
    erin: Person,
    fred: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
) -> None:
    hand_over(Plan(True, erin.user_id))
    with acme.acting(alice) as by:
        last = by.session.scalars(select(Account).order_by(Account.id.desc()).limit(1)).one()
        door.perform("account", "update", last, by=by, owner_id=str(fred.user_id))
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS - 1, fred.user_id: 1}


def test_a_receiver_who_is_shut_out_meanwhile_gets_nothing_more(
    acme: Workspace,
    alice: Person,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
) -> None:
    hand_over(Plan(True, erin.user_id))
    worker.drain(1)
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, erin.user_id))
    worker.drain()
    assert owners(acme) == {erin.user_id: 2, alice.user_id: FIRMS - 2}


def test_it_goes_on_when_who_began_it_is_shut_out(
    acme: Workspace,
    alice: Person,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
) -> None:
    hand_over(Plan(True, erin.user_id))
    with acme.scope() as session:
        session.get_one(User, alice.user_id).is_active = False
    worker.drain()
    assert owners(acme) == {erin.user_id: FIRMS}


def test_of_two_who_hand_over_the_same_person_at_once_one_is_told(
    acme: Workspace, alice: Person, bob: Person, erin: Person, fred: Person, firms: None
) -> None:
    told: list[str] = []

    def begun(to: Person) -> None:
        try:
            with acme.engine_app.app_context():
                workspace = Workspace(acme.facts, acme.engine_app)
                with workspace.acting(alice) as by:
                    user = by.session.get_one(User, bob.user_id)
                    begin_handover(by, user, Plan(True, to.user_id), ())
            told.append("begun")
        except Refused as refused:
            told.append(str(refused.message))

    threads = [threading.Thread(target=begun, args=(one,)) for one in (erin, fred)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["A handover of Bob Baker is under way already.", "begun"]


def test_taking_it_back_goes_on_in_the_background(
    acme: Workspace,
    alice: Person,
    bob: Person,
    erin: Person,
    firms: None,
    hand_over: HandOver,
    worker: Worker,
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    worker.drain()
    with acme.acting(alice) as by:
        enable_user(by, by.session.get_one(User, bob.user_id))
        begin_undo(by.session.get_one(Handover, made.id), by)
    worker.drain()
    assert owners(acme) == {bob.user_id: FIRMS}
    assert kept(acme, made).undo_finished_at is not None


def test_no_type_is_forgotten(
    acme: Workspace, bob: Person, erin: Person, firms: None, hand_over: HandOver, worker: Worker
) -> None:
    hand_over(Plan(True, erin.user_id))
    worker.drain()
    with acme.acting() as by:
        assert count_held(bob.user_id, by) == {}


def test_a_piece_that_was_done_already_is_not_done_again(
    acme: Workspace, bob: Person, erin: Person, firms: None, hand_over: HandOver, worker: Worker
) -> None:
    """The worker died between the piece's transaction and the note that its job is done."""
    made = hand_over(Plan(True, erin.user_id))
    with worker.app.app_context(), control_session() as session:
        jobs = session.scalars(select(Job).where(Job.kind == begin.KIND)).all()
        payload = dict(jobs[0].payload)
    worker.drain(1)
    step = kept(acme, made).step
    with worker.app.app_context(), control_session() as session:
        session.execute(
            update(Job)
            .where(Job.id == jobs[0].id)
            .values(state="ready", payload=payload, finished_at=None, key=None)
        )
        session.execute(delete(Job).where(Job.id != jobs[0].id))
    worker.drain()
    assert kept(acme, made).step == step
    assert owners(acme) == {bob.user_id: FIRMS - 2, erin.user_id: 2}
