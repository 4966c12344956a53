"""Jobs are part of the change that causes them, and of its workspace alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import ProgrammingError

from app.jobs.enqueue import PAYLOAD_BYTES, enqueue, enqueue_service
from app.kernel import clock
from app.kernel.ids import new_id
from tenants.control import SERVICE, Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.jobs.conftest import Queue


def test_a_job_becomes_visible_with_its_change(acme: Workspace, queue: Queue) -> None:
    with acme.scope():
        job_id = enqueue(acme.actor(), "greet", {"name": "王小明"})
        assert queue.jobs() == []
    job = queue.one()
    assert (job.id, job.tenant_id, job.db_role) == (job_id, acme.facts.id, acme.facts.db_role)
    assert (job.kind, job.payload, job.state) == ("greet", {"name": "王小明"}, "ready")


def test_a_change_that_is_undone_leaves_no_job(acme: Workspace, queue: Queue) -> None:
    def fail() -> None:
        with acme.scope():
            enqueue(acme.actor(), "greet", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert queue.jobs() == []


def test_a_tenants_role_cannot_read_the_queue(acme: Workspace, queue: Queue) -> None:
    with acme.scope():
        enqueue(acme.actor(), "greet", {})
    with pytest.raises(ProgrammingError, match="permission denied"), acme.scope() as session:
        session.execute(select(Job))


def test_the_database_refuses_a_job_under_another_tenants_role(
    acme: Workspace, globex: Workspace, queue: Queue
) -> None:
    row = {
        "id": new_id(),
        "tenant_id": globex.facts.id,
        "db_role": globex.facts.db_role,
        "kind": "greet",
        "run_at": clock.now(),
        "created_at": clock.now(),
    }
    with pytest.raises(ProgrammingError, match="row-level security"), acme.scope() as session:
        session.execute(insert(Job).values(row))
    assert queue.jobs() == []


def test_the_database_refuses_a_service_job_from_a_tenant(acme: Workspace, queue: Queue) -> None:
    row = {
        "id": new_id(),
        "tenant_id": SERVICE,
        "db_role": acme.facts.db_role,
        "kind": "prune_jobs",
        "run_at": clock.now(),
        "created_at": clock.now(),
    }
    with pytest.raises(ProgrammingError, match="row-level security"), acme.scope() as session:
        session.execute(insert(Job).values(row))
    assert queue.jobs() == []


def test_one_job_of_a_key_waits_in_each_workspace(
    acme: Workspace, globex: Workspace, queue: Queue
) -> None:
    for workspace in (acme, acme, globex):
        with workspace.scope():
            enqueue(workspace.actor(), "count", {}, key="count")
    assert [job.tenant_id for job in queue.jobs()] == [acme.facts.id, globex.facts.id]


def test_a_running_job_does_not_swallow_the_next_of_its_key(acme: Workspace, queue: Queue) -> None:
    with acme.scope():
        enqueue(acme.actor(), "count", {}, key="count")
    queue.change(state="running")
    with acme.scope():
        enqueue(acme.actor(), "count", {}, key="count")
    assert [job.state for job in queue.jobs()] == ["running", "ready"]


def test_a_payload_is_json_and_not_a_warehouse(acme: Workspace, queue: Queue) -> None:
    with acme.scope():
        by = acme.actor()
        with pytest.raises(TypeError):
            enqueue(by, "greet", {"when": clock.now()})
        with pytest.raises(ValueError, match="not JSON compliant"):
            enqueue(by, "greet", {"n": float("nan")})
        with pytest.raises(ValueError, match="too large"):
            enqueue(by, "greet", {"text": "x" * PAYLOAD_BYTES})
    assert queue.jobs() == []


def test_a_job_may_be_for_later(acme: Workspace, queue: Queue) -> None:
    later = clock.now() + timedelta(days=1)
    with acme.scope():
        enqueue(acme.actor(), "greet", {}, run_at=later)
    assert queue.one().run_at == later


def test_the_services_own_job_names_no_workspace(queue: Queue) -> None:
    with queue.app.app_context(), control_session() as session:
        enqueue_service(session, "prune_jobs", {})
    job = queue.one()
    assert (job.tenant_id, job.db_role) == (SERVICE, "zuke_app")
