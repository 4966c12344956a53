"""How a job ends: done, again, later, never."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.events import Event, write_event
from app.jobs.enqueue import enqueue, enqueue_service
from app.jobs.errors import GiveUp, TryLater, describe
from app.jobs.kinds import Service, TenantKind
from app.jobs.registry import Registry, job, service_job
from app.kernel import language
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from tenants.control import Job, Tenant
from tenants.database import control_session
from tests.cast import Workspace
from tests.conftest import Clock
from tests.jobs.conftest import Hire, Queue

Payload = Mapping[str, Any]


@job("note_down")
def note_down(by: Actor, payload: Payload) -> None:
    write_event(by, "note", new_id(), payload.get("verb", "noted"))


def failing(error: Exception, **patience: Any) -> TenantKind:
    """A kind that writes something and then raises."""

    @job("fail", **patience)
    def fail(by: Actor, _payload: Payload) -> None:
        write_event(by, "note", new_id(), "half_done")
        raise error

    return fail


def add(workspace: Workspace, kind: str = "note_down", **payload: Any) -> None:
    with workspace.scope():
        enqueue(workspace.actor(), kind, payload)


def events(workspace: Workspace, verb: str) -> int:
    with workspace.scope() as session:
        return session.scalar(select(func.count()).where(Event.verb == verb)) or 0


def test_a_job_acts_in_its_own_workspace(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    add(acme, verb="noted")
    assert hire(note_down).drain() == 1
    assert (events(acme, "noted"), events(globex, "noted")) == (1, 0)
    job_row = queue.one()
    assert (job_row.state, job_row.attempts, job_row.payload) == ("done", 1, {})
    assert job_row.finished_at is not None


def test_a_failed_run_leaves_nothing_and_comes_again_later(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "fail")
    worker = hire(failing(KeyError("size"), first_retry=10))
    assert worker.drain() == 1
    waiting = queue.one()
    assert (waiting.state, waiting.error) == ("ready", "KeyError: …")
    assert timedelta(seconds=10) <= waiting.run_at - clock.now <= timedelta(seconds=12.5)
    assert events(acme, "half_done") == 0
    assert worker.drain() == 0
    clock.shift(timedelta(seconds=13))
    assert worker.drain() == 1
    assert queue.one().attempts == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("can't read 'Acme' now", "can't read … now"),
        ("no 'O'Brien' here", "no … here"),
        ("b: b'Acme Ltd' is odd", "b: … is odd"),
        ('"Acme "Best" Ltd" is odd', "… is odd"),
        ("“Acme’s” is gone", "… is gone"),
        ("客户「北风」没有", "客户…没有"),
        ("cut off: 'never ends", "cut off: …"),
        ("550 <frank@fence.example>: unknown", "550 …: unknown"),
        ("frank@fence.example is unknown", "… is unknown"),
        ("it doesn't work", "it doesn't work"),
    ],
)
def test_what_a_tenant_wrote_is_masked_in_an_error(said: str, told: str) -> None:
    assert describe(ValueError(said)) == f"ValueError: {told}"
    assert describe(GiveUp(said)) == told


def test_an_error_of_the_database_tells_no_value(owner: Engine) -> None:
    table = "CREATE TEMPORARY TABLE firms (name text CONSTRAINT short CHECK (length(name) < 5))"
    with owner.connect() as connection:
        connection.execute(text(table))
        with pytest.raises(IntegrityError) as caught:
            connection.execute(text("INSERT INTO firms VALUES ('Acme Limited')"))
    assert "Acme Limited" in str(caught.value)
    told = "CheckViolation, code 23514, table firms, constraint short"
    assert describe(caught.value) == told


def test_the_last_failure_makes_a_dead_letter_with_its_reason(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "fail", colour="red")
    worker = hire(failing(RuntimeError("no ink"), max_attempts=3))
    for _attempt in range(5):
        worker.drain()
        clock.shift(timedelta(hours=2))
    dead = queue.one()
    assert (dead.state, dead.attempts, dead.error) == ("dead", 3, "RuntimeError: no ink")
    assert dead.payload == {"colour": "red"}


@pytest.mark.parametrize("error", [GiveUp("nobody lives there"), Refused("nobody lives there")])
def test_what_trying_again_would_not_change_is_dead_at_once(
    acme: Workspace, hire: Hire, queue: Queue, error: Exception
) -> None:
    add(acme, "fail")
    hire(failing(error)).drain()
    dead = queue.one()
    assert (dead.state, dead.attempts) == ("dead", 1)
    assert "nobody lives there" in (dead.error or "")


def test_a_job_may_say_when_it_wants_to_be_tried_again(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "fail")
    hire(failing(TryLater("busy", timedelta(minutes=7)))).drain()
    assert queue.one().run_at - clock.now == timedelta(minutes=7)


def test_a_lost_database_is_no_fault_of_the_job(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "fail")
    lost = OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)
    worker = hire(failing(lost, max_attempts=2))
    for _attempt in range(10):
        worker.drain()
        clock.shift(timedelta(minutes=1))
    assert (queue.one().state, queue.one().attempts) == ("ready", 10)


def test_an_unknown_kind_waits_for_the_release_that_knows_it(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "paint")
    worker = hire(note_down)
    for _attempt in range(3):
        assert worker.drain() == 1
        clock.shift(timedelta(minutes=6))
    dead = queue.one()
    assert (dead.state, dead.error) == ("dead", "No kind of job is called 'paint'.")


def set_tenant(owner: Any, workspace: Workspace, **values: Any) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.id == workspace.facts.id).values(**values))


def test_a_suspended_workspaces_jobs_wait_without_counting(
    acme: Workspace, hire: Hire, queue: Queue, owner: Any, clock: Clock
) -> None:
    add(acme)
    set_tenant(owner, acme, state="suspended")
    worker = hire(note_down)
    worker.drain()
    waiting = queue.one()
    assert (waiting.state, waiting.attempts) == ("ready", 0)
    set_tenant(owner, acme, state="active")
    clock.shift(timedelta(hours=1, seconds=1))
    worker.drain()
    assert queue.one().state == "done"


def test_mail_and_the_like_run_while_suspended(
    acme: Workspace, hire: Hire, queue: Queue, owner: Any
) -> None:
    add(acme, "remind")
    set_tenant(owner, acme, state="suspended")
    hire(job("remind", while_suspended=True)(note_down.run)).drain()
    assert queue.one().state == "done"


def test_a_module_that_is_off_runs_no_jobs(
    acme: Workspace, hire: Hire, queue: Queue, clock: Clock
) -> None:
    add(acme, "send_mailing")
    worker = hire(job("send_mailing", module="marketing")(note_down.run))
    worker.drain()
    assert (queue.one().state, queue.one().attempts) == ("ready", 0)
    clock.shift(timedelta(days=31))
    worker.drain()
    assert queue.one().state == "dead"


def test_an_erased_workspaces_jobs_are_dropped(
    acme: Workspace, hire: Hire, queue: Queue, owner: Any
) -> None:
    add(acme)
    set_tenant(owner, acme, state="erased")
    hire(note_down).drain()
    assert queue.jobs() == []


def test_a_job_whose_workspace_never_was_is_dropped(
    acme: Workspace, hire: Hire, queue: Queue
) -> None:
    add(acme)
    queue.change(tenant_id=new_id())
    hire(note_down).drain()
    assert queue.jobs() == []


def test_a_job_with_anothers_tenant_id_runs_nowhere(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    add(acme, verb="forged")
    queue.change(tenant_id=globex.facts.id)
    hire(note_down).drain()
    assert queue.one().state == "dead"
    assert (events(acme, "forged"), events(globex, "forged")) == (0, 0)


def test_kinds_belong_to_a_workspace_or_to_the_service(
    acme: Workspace, hire: Hire, queue: Queue
) -> None:
    @service_job("sweep")
    def sweep(_service: Service, _payload: Payload) -> None:
        raise AssertionError

    add(acme, "sweep")
    with queue.app.app_context(), control_session() as session:
        enqueue_service(session, "note_down", {})
    hire(note_down, sweep).drain()
    assert {one.error for one in queue.jobs()} == {
        "A sweep job belongs to the service itself.",
        "A note_down job belongs to a workspace.",
    }


def test_a_service_job_is_handed_the_owners_login_only_where_it_asks(
    hire: Hire, queue: Queue, owner: Any
) -> None:
    seen: list[object] = []

    @service_job("look")
    def look(service: Service, _payload: Payload) -> None:
        seen.append(service.owner)

    @service_job("build_index", owner=True)
    def build_index(service: Service, _payload: Payload) -> None:
        seen.append(service.owner)

    with queue.app.app_context(), control_session() as session:
        enqueue_service(session, "look", {})
        enqueue_service(session, "build_index", {})
    assert hire(look, build_index).drain() == 1
    assert hire(look, build_index, owner=owner).drain() == 1
    assert seen == [None, owner]


def test_a_job_speaks_the_workspaces_language(
    acme: Workspace, hire: Hire, queue: Queue, owner: Any
) -> None:
    heard: list[str] = []

    @job("listen")
    def listen(by: Actor, _payload: Payload) -> None:
        heard.extend([language.current(), by.via])

    add(acme, "listen")
    set_tenant(owner, acme, language="zh-CN")
    hire(listen).drain()
    assert heard == ["zh-CN", "job"]


def test_a_retried_job_gives_way_to_a_newer_one_of_its_key(
    acme: Workspace, hire: Hire, queue: Queue
) -> None:
    @job("recount")
    def recount(_by: Actor, _payload: Payload) -> None:
        with queue.app.app_context(), control_session() as session:
            row = dict.fromkeys(("tenant_id", "db_role"))
            row |= {"tenant_id": acme.facts.id, "db_role": acme.facts.db_role, "id": new_id()}
            old = session.scalars(select(Job)).one()
            row |= {"kind": "recount", "key": "recount", "run_at": old.run_at + timedelta(days=1)}
            session.execute(insert(Job).values(**row, created_at=old.created_at))
        raise TryLater("the table is locked")

    with acme.scope():
        enqueue(acme.actor(), "recount", {}, key="recount")
    hire(recount).drain()
    assert [one.state for one in queue.jobs()] == ["done", "ready"]


def test_two_kinds_of_one_name_stop_the_start() -> None:
    with pytest.raises(ValueError, match="Two kinds of job"):
        Registry([note_down, note_down])


def test_what_comes_after_a_dead_letter_is_enqueued_with_its_payload(
    acme: Workspace, globex: Workspace, hire: Hire, queue: Queue
) -> None:
    seen: list[tuple[str, object]] = []

    @job("doomed", max_attempts=1, aftermath="mourn")
    def doomed(_by: Actor, _payload: Payload) -> None:
        raise RuntimeError("never")

    @job("mourn")
    def mourn(by: Actor, payload: Payload) -> None:
        seen.append((by.tenant.slug, payload["n"]))

    worker = hire(doomed, mourn)
    for workspace, number in ((acme, 1), (globex, 2)):
        with workspace.acting() as by:
            enqueue(by, "doomed", {"n": number})
    worker.drain()
    assert sorted(seen) == [("acme", 1), ("globex", 2)]
    assert sorted((one.kind, one.state) for one in queue.jobs()) == [
        ("doomed", "dead"),
        ("doomed", "dead"),
        ("mourn", "done"),
        ("mourn", "done"),
    ]


def test_a_kind_whose_aftermath_is_unknown_stops_the_start(hire: Hire) -> None:
    @job("doomed", aftermath="nobody")
    def doomed(_by: Actor, _payload: Payload) -> None:
        return

    with pytest.raises(ValueError, match="nobody"):
        hire(doomed)
