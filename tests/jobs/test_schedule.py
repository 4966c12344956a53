"""What recurs is enqueued once a period, however many workers there are."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue_service
from app.jobs.kinds import Service
from app.jobs.maintenance import prune_jobs
from app.jobs.registry import Registry, job, service_job
from app.jobs.schedule import LEADER_LOCK, enqueue_due
from app.kernel.actor import Actor
from tenants.control import SERVICE, Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.conftest import Clock
from tests.jobs.conftest import Hire, Queue

Payload = Mapping[str, Any]
HOUR = timedelta(hours=1)


@service_job("sweep", every=HOUR)
def sweep(_service: Service, _payload: Payload) -> None: ...


@job("remind", every=HOUR)
def remind(by: Actor, _payload: Payload) -> None:
    if by.tenant.slug == "acme":
        raise RuntimeError("Acme's reminders are broken.")


def tick(queue: Queue, registry: Registry, clock: Clock) -> list[str]:
    with queue.app.app_context(), control_session() as session:
        return enqueue_due(session, registry, clock.now)


def test_a_period_is_served_once(queue: Queue, clock: Clock) -> None:
    registry = Registry([sweep])
    assert tick(queue, registry, clock) == ["sweep"]
    assert tick(queue, registry, clock) == []
    clock.shift(HOUR)
    queue.change(state="done")
    assert tick(queue, registry, clock) == ["sweep"]
    assert [one.tenant_id for one in queue.jobs()] == [SERVICE, SERVICE]


def test_what_still_waits_is_not_enqueued_again(queue: Queue, clock: Clock) -> None:
    registry = Registry([sweep])
    tick(queue, registry, clock)
    clock.shift(HOUR)
    tick(queue, registry, clock)
    assert len(queue.jobs()) == 1


def test_each_open_workspace_gets_its_own_and_one_failing_stops_no_other(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    tick(queue, Registry([remind]), clock)
    clock.shift(HOUR / 10)
    assert hire(remind).drain() == 2
    assert {one.tenant_id: one.state for one in queue.jobs()} == {
        acme.facts.id: "ready",
        globex.facts.id: "done",
    }


def test_only_the_leader_enqueues(queue: Queue, clock: Clock, owner: Any) -> None:
    with Session(owner) as leader:
        leader.scalar(select(func.pg_advisory_xact_lock(LEADER_LOCK)))
        assert tick(queue, Registry([sweep]), clock) == []
    assert tick(queue, Registry([sweep]), clock) == ["sweep"]


def test_many_workers_at_once_enqueue_one(queue: Queue, clock: Clock) -> None:
    registry = Registry([sweep])
    threads = [threading.Thread(target=tick, args=(queue, registry, clock)) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(queue.jobs()) == 1


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [("done", 1, True), ("done", 3, False), ("dead", 3, True), ("dead", 31, False)],
)
def test_finished_jobs_are_pruned_in_their_time(
    hire: Hire, queue: Queue, clock: Clock, state: str, days: int, kept: bool
) -> None:
    with queue.app.app_context(), control_session() as session:
        old = enqueue_service(session, "sweep", {})
    queue.change(state=state, finished_at=clock.now - timedelta(days=days))
    with queue.app.app_context(), control_session() as session:
        enqueue_service(session, "prune_jobs", {})
    hire(prune_jobs).drain()
    assert (old in [one.id for one in queue.jobs()]) is kept


def test_jobs_that_wait_are_never_pruned(hire: Hire, queue: Queue, clock: Clock) -> None:
    with queue.app.app_context(), control_session() as session:
        enqueue_service(session, "sweep", {}, run_at=clock.now + timedelta(days=90))
        enqueue_service(session, "prune_jobs", {})
    hire(prune_jobs).drain()
    with queue.app.app_context(), control_session() as session:
        assert session.scalar(select(func.count()).where(Job.kind == "sweep")) == 1
