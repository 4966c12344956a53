"""Workers come and go; jobs stay."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.jobs.enqueue import enqueue
from app.jobs.registry import job
from app.jobs.worker import OVERDUE_EXIT, Worker
from app.kernel.actor import Actor
from tests.cast import Workspace
from tests.conftest import Clock
from tests.jobs.conftest import Hire, Queue

Payload = Mapping[str, Any]
PATIENCE = 120  # Seconds until a state that does not come counts as missing.


@job("step")
def step(_by: Actor, _payload: Payload) -> None: ...


def add(workspace: Workspace, kind: str = "step", key: str | None = None) -> None:
    with workspace.scope():
        enqueue(workspace.actor(), kind, {}, key=key)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


class Running:
    """A worker at work in a thread of its own."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.code = self.worker.run()

    def stop(self) -> int | None:
        self.worker.stop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.code


def lose(queue: Queue, clock: Clock, attempts: int = 1) -> None:
    """Make it look as if a worker had died in the middle of every job."""
    queue.change(
        state="running",
        worker="host:1:dead",
        attempts=attempts,
        lease_until=clock.now - timedelta(seconds=1),
    )


def test_a_lost_workers_job_is_taken_back_after_its_lease(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme)
    worker = hire(step)
    lose(queue, clock)
    with queue.app.app_context():
        worker.upkeep()
    assert (queue.one().state, queue.one().attempts) == ("ready", 1)
    clock.shift(timedelta(minutes=1))
    assert worker.drain() == 1
    assert (queue.one().state, queue.one().attempts) == ("done", 2)


def test_a_job_that_kills_five_workers_is_a_dead_letter_and_others_go_on(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme)
    worker = hire(job("step", max_attempts=17)(step.run))
    lose(queue, clock, attempts=5)
    add(acme)
    with queue.app.app_context():
        worker.upkeep()
    dead, ready = queue.jobs()
    assert (dead.state, dead.error) == ("dead", "The worker was lost while it ran this job.")
    assert worker.drain() == 1
    assert queue.jobs()[1].id == ready.id
    assert queue.jobs()[1].state == "done"


def test_a_worker_that_lost_its_lease_overwrites_nothing(
    acme: Workspace, hire: Hire, queue: Queue
) -> None:
    @job("slow")
    def slow(_by: Actor, _payload: Payload) -> None:
        queue.change(worker="host:2:successor", attempts=2)

    add(acme, "slow")
    hire(slow).drain()
    after = queue.one()
    assert (after.state, after.worker, after.attempts) == ("running", "host:2:successor", 2)


def test_a_stop_lets_what_runs_finish(acme: Workspace, hire: Hire, queue: Queue) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @job("slow")
    def slow(_by: Actor, _payload: Payload) -> None:
        begun.set()
        may_end.wait(PATIENCE)

    add(acme, "slow")
    running = Running(hire(slow, threads=1))  # It has no thread for another before this one ends.
    assert begun.wait(PATIENCE)
    running.worker.stop()
    add(acme, "slow")
    may_end.set()
    assert running.stop() == 0
    assert [one.state for one in queue.jobs()] == ["done", "ready"]


def test_what_does_not_finish_in_time_is_handed_back(
    acme: Workspace, hire: Hire, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    exits: list[int] = []
    monkeypatch.setattr("app.jobs.worker.os._exit", exits.append)

    @job("endless")
    def endless(_by: Actor, _payload: Payload) -> None:
        begun.set()
        may_end.wait(PATIENCE)

    add(acme, "endless")
    worker = hire(endless)
    worker.grace = 0.2
    running = Running(worker)
    assert begun.wait(PATIENCE)
    running.stop()
    back = queue.one()
    assert exits == [0]
    assert (back.state, back.attempts, back.worker) == ("ready", 0, None)
    may_end.set()
    until(lambda: not worker._claims())
    assert queue.one().state == "ready"


def test_a_job_over_its_time_asks_for_a_fresh_process(
    acme: Workspace, hire: Hire, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    exits: list[int] = []
    monkeypatch.setattr("app.jobs.worker.os._exit", exits.append)

    @job("endless", timeout=0)
    def endless(_by: Actor, _payload: Payload) -> None:
        may_end.wait(PATIENCE)

    add(acme, "endless")
    running = Running(hire(endless))
    until(lambda: exits == [OVERDUE_EXIT])
    running.thread.join(PATIENCE)
    back = queue.one()
    assert (back.state, back.attempts) == ("ready", 1)
    assert back.error == "The worker was lost while it ran this job."
    may_end.set()
    until(lambda: not running.worker._claims())


def test_leases_are_renewed_while_a_job_runs(
    acme: Workspace, hire: Hire, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.worker.HEARTBEAT", 0.1)
    begun, may_end = threading.Event(), threading.Event()

    @job("slow", lease_seconds=60)
    def slow(_by: Actor, _payload: Payload) -> None:
        begun.set()
        may_end.wait(PATIENCE)

    add(acme, "slow")
    running = Running(hire(slow))
    assert begun.wait(PATIENCE)
    first = queue.one().lease_until
    until(lambda: queue.one().lease_until != first)
    may_end.set()
    running.stop()


def test_a_worker_waits_for_a_database_that_is_away(
    acme: Workspace, hire: Hire, queue: Queue, urls: Any
) -> None:
    worker = hire(step)
    running = Running(worker)
    try:
        for _restart in range(3):
            _cut(urls.superuser)
            time.sleep(0.3)
        add(acme)
        until(lambda: queue.one().state == "done")
    finally:
        assert running.stop() == 0


def test_a_job_cut_off_from_the_database_runs_again(
    acme: Workspace, hire: Hire, queue: Queue, urls: Any
) -> None:
    runs: list[int] = []

    @job("slow")
    def slow(by: Actor, _payload: Payload) -> None:
        runs.append(1)
        if len(runs) == 1:
            by.session.connection()
            _cut(urls.superuser)
        by.session.connection().exec_driver_sql("SELECT 1")

    add(acme, "slow")
    running = Running(hire(slow))
    try:
        until(lambda: _is_done(queue))
    finally:
        running.stop()
    assert len(runs) == 2


def _is_done(queue: Queue) -> bool:
    """True once the job is done; the connection that looks may be among those that were cut."""
    try:
        return queue.one().state == "done"
    except DBAPIError:
        return False


def _cut(superuser: str) -> None:
    """End every connection of the application, as a restart of the server does."""
    from sqlalchemy import create_engine

    engine = create_engine(superuser)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'zuke_app' AND datname = current_database()"
        )
    engine.dispose()
