"""One workspace's thousand jobs are not another's problem."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.jobs.claim import in_turn, waiting_tenants
from app.jobs.registry import job
from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.jobs.conftest import Hire, Queue

Payload = Mapping[str, Any]
PATIENCE = 120  # Seconds until a state that does not come counts as missing.


def add_many(queue: Queue, workspace: Workspace, n: int, kind: str = "step") -> None:
    now = clock.now()
    rows = [
        {
            "id": new_id(),
            "tenant_id": workspace.facts.id,
            "db_role": workspace.facts.db_role,
            "kind": kind,
            "run_at": now,
            "created_at": now,
        }
        for _one in range(n)
    ]
    with queue.app.app_context(), control_session() as session:
        session.execute(insert(Job), rows)


def test_a_thousand_jobs_of_one_workspace_do_not_delay_anothers(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    order: list[str] = []

    @job("step")
    def step(by: Actor, _payload: Payload) -> None:
        order.append(by.tenant.slug)

    add_many(queue, acme, 1_000)
    add_many(queue, globex, 3)
    assert hire(step).drain(limit=8) == 8
    assert order.count("globex") == 3
    assert set(order[:2]) == {"acme", "globex"}


def test_one_thread_is_always_for_somebody_else(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    may_end, ran = threading.Event(), threading.Event()

    @job("step")
    def step(by: Actor, _payload: Payload) -> None:
        if by.tenant.slug == "globex":
            ran.set()
        else:
            may_end.wait(PATIENCE)

    worker = hire(step, threads=3)
    add_many(queue, acme, 20)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        _until(lambda: len(worker._claims()) == 2)
        time.sleep(0.3)
        assert len(worker._claims()) == 2
        add_many(queue, globex, 1)
        assert ran.wait(PATIENCE)
    finally:
        worker.stop()
        may_end.set()
        thread.join(PATIENCE)


def test_heavy_jobs_of_a_workspace_run_one_at_a_time(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    now_running: list[str] = []
    together: list[int] = []
    lock = threading.Lock()

    @job("import", heavy=True)
    def heavy(by: Actor, _payload: Payload) -> None:
        with lock:
            now_running.append(by.tenant.slug)
            together.append(now_running.count("acme"))
        time.sleep(0.1)
        with lock:
            now_running.remove(by.tenant.slug)

    worker = hire(heavy)
    add_many(queue, acme, 4, "import")
    add_many(queue, globex, 2, "import")
    thread = threading.Thread(target=worker.run)
    thread.start()
    _until(lambda: all(one.state == "done" for one in queue.jobs()))
    worker.stop()
    thread.join(PATIENCE)
    assert max(together) == 1


def test_jobs_of_one_key_run_one_after_the_other(acme: Workspace, hire: Hire, queue: Queue) -> None:
    @job("step")
    def step(_by: Actor, _payload: Payload) -> None: ...

    add_many(queue, acme, 2)
    first, second = queue.jobs()
    with queue.app.app_context(), control_session() as session:
        session.get_one(Job, first.id).key = "k"
        session.get_one(Job, first.id).state = "running"
        session.get_one(Job, second.id).key = "k"
    worker = hire(step)
    assert worker.drain() == 0
    with queue.app.app_context(), control_session() as session:
        session.get_one(Job, first.id).state = "done"
    assert worker.drain() == 1


def test_two_workers_share_three_hundred_jobs_and_run_each_once(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    ran: list[tuple[str, UUID]] = []

    @job("step")
    def step(by: Actor, _payload: Payload) -> None:
        ran.append((by.tenant.slug, by.tenant.id))

    for workspace in (acme, globex):
        add_many(queue, workspace, 150)
    workers = [hire(step), hire(step)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    _until(lambda: len(ran) >= 300)
    time.sleep(0.2)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(ran) == 300
    assert ran.count(("acme", acme.facts.id)) == ran.count(("globex", globex.facts.id)) == 150
    assert {one.attempts for one in queue.jobs()} == {1}


def test_turns_go_round() -> None:
    a, b, c = (UUID(int=n) for n in (1, 2, 3))
    assert in_turn([a, b, c], None, ()) == [a, b, c]
    assert in_turn([a, b, c], a, ()) == [b, c, a]
    assert in_turn([a, b, c], c, ()) == [a, b, c]
    assert in_turn([a, b, c], b, {c}) == [a, b]


def test_finding_the_waiting_reads_one_row_for_each_workspace(
    acme: Workspace, globex: Workspace, queue: Queue, owner: Any
) -> None:
    add_many(queue, acme, 5_000)
    add_many(queue, globex, 1)
    with Session(owner) as session:
        session.connection().exec_driver_sql("ANALYZE control.job")
        session.commit()
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'job'"
    with Session(owner) as session:
        assert len(waiting_tenants(session, clock.now())) == 2
        assert session.connection().exec_driver_sql(read).scalar_one() < 50


def _until(true: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()
