"""Operators see the queue and try dead letters again."""

from __future__ import annotations

from app.jobs.enqueue import enqueue
from app.jobs.overview import count_by_state, count_by_tenant, list_jobs, oldest_due, retry_jobs
from app.kernel import clock
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.jobs.conftest import Queue


def add(workspace: Workspace, kind: str, key: str | None = None) -> None:
    with workspace.scope():
        enqueue(workspace.actor(), kind, {"secret": "s3cret"}, key=key)


def test_the_list_tells_everything_but_the_payload(
    acme: Workspace, globex: Workspace, queue: Queue
) -> None:
    add(acme, "greet")
    add(globex, "count")
    with queue.app.app_context(), control_session() as session:
        lines = list_jobs(session)
        assert [(line.tenant, line.kind, line.state) for line in lines] == [
            ("globex", "count", "ready"),
            ("acme", "greet", "ready"),
        ]
        assert [line.kind for line in list_jobs(session, tenant_id=acme.facts.id)] == ["greet"]
        assert [line.kind for line in list_jobs(session, kind="count")] == ["count"]
        assert list_jobs(session, states=["dead"]) == []
    assert "s3cret" not in repr(lines)


def test_a_dead_letter_is_tried_again_from_the_beginning(acme: Workspace, queue: Queue) -> None:
    add(acme, "greet")
    queue.change(state="dead", attempts=5, error="no ink", finished_at=clock.now())
    with queue.app.app_context(), control_session() as session:
        (retried,) = retry_jobs(session, clock.now())
    again = queue.one()
    assert (again.id, again.state, again.attempts) == (retried, "ready", 0)
    assert again.payload == {"secret": "s3cret"}


def test_only_dead_letters_are_tried_again(acme: Workspace, queue: Queue) -> None:
    add(acme, "greet")
    with queue.app.app_context(), control_session() as session:
        assert retry_jobs(session, clock.now(), ids=[queue.one().id]) == []


def test_a_dead_letter_does_not_push_a_newer_job_of_its_key_aside(
    acme: Workspace, queue: Queue
) -> None:
    add(acme, "count", key="count")
    queue.change(state="dead", finished_at=clock.now())
    add(acme, "count", key="count")
    with queue.app.app_context(), control_session() as session:
        assert retry_jobs(session, clock.now()) == []
    assert [one.state for one in queue.jobs()] == ["dead", "ready"]


def test_counts(acme: Workspace, globex: Workspace, queue: Queue) -> None:
    add(acme, "greet")
    add(acme, "greet")
    add(globex, "greet")
    with queue.app.app_context(), control_session() as session:
        session.get_one(Job, queue.jobs()[0].id).state = "dead"
        session.flush()
        assert count_by_state(session) == {("greet", "ready"): 2, ("greet", "dead"): 1}
        assert count_by_tenant(session, [acme.facts.id]) == {
            (acme.facts.id, "ready"): 1,
            (acme.facts.id, "dead"): 1,
        }
        assert oldest_due(session, clock.now()) >= 0
