"""Deadlines rest while the workspace is read-only, as nobody can decide, and go on after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.automation.approvals.deadline import later_by
from app.automation.approvals.facts import Level
from app.automation.approvals.models import State
from app.jobs.worker import Worker
from app.kernel.clock import now
from tenants import facts, resolve
from tenants.lifecycle import set_state
from tests.automation.approvals.conftest import Rule, only_request, people, requests
from tests.automation.approvals.test_gate import account, ask
from tests.automation.approvals.test_time import notes
from tests.cast import Person
from tests.conftest import Clock


def put(owner: Engine, state: facts.State) -> None:
    set_state(owner, "acme", state, "put", now=now())
    resolve.forget()


def test_what_is_late_in_a_read_only_workspace_is_not_rejected_but_has_the_time_that_was_left(
    alice: Person, bob: Person, rule: Rule, worker: Worker, clock: Clock, owner: Engine
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice, hours=8, late="reject"))
    ask(bob, "delete", record_id)
    due = only_request(alice).due_at
    assert due is not None
    clock.shift(timedelta(hours=5))
    put(owner, facts.State.PAST_DUE)
    clock.shift(timedelta(hours=5))
    worker.drain()
    assert (only_request(alice).state, notes(alice)) == (State.WAITING, ["requested"])
    page = alice.client.get("/approvals").text
    assert "rests while the workspace is read-only" in page
    clock.shift(timedelta(days=2))
    worker.drain()
    assert only_request(alice).state == State.WAITING
    put(owner, facts.State.ACTIVE)
    worker.drain()
    assert only_request(alice).due_at == due + timedelta(days=2, hours=5)
    clock.shift(timedelta(hours=1, minutes=1))
    worker.drain()
    assert notes(alice) == ["requested", "reminded"]
    clock.shift(timedelta(hours=1, minutes=58))
    worker.drain()
    assert only_request(alice).state == State.WAITING
    clock.shift(timedelta(minutes=1))
    worker.drain()
    assert only_request(alice).state == State.REJECTED


def test_a_rest_that_changes_its_kind_is_one_and_what_was_late_before_stays_late(
    alice: Person, bob: Person, rule: Rule, worker: Worker, clock: Clock, owner: Engine
) -> None:
    late, waits = account(bob), account(bob, name="Gate Ltd")
    rule("account", "delete", people(alice, hours=2))
    ask(bob, "delete", late)
    clock.shift(timedelta(hours=3))
    worker.drain()
    ask(bob, "delete", waits)
    for state in (facts.State.PAST_DUE, facts.State.SUSPENDED, facts.State.PAST_DUE):
        put(owner, state)
        clock.shift(timedelta(days=1))
        worker.drain()
    put(owner, facts.State.ACTIVE)
    worker.drain()
    first, second = requests(alice)
    assert first.due_at is not None
    assert second.due_at is not None
    assert first.due_at < now() < second.due_at == now() + timedelta(hours=2)


def test_of_working_hours_those_are_left_that_were_left(alice: Person) -> None:
    """Due on Monday at 12:00; the workspace rests from Friday 17:00 to Wednesday 20:00."""
    level = Level("manager", hours=8, business=True)
    with alice.workspace.acting(alice) as by:
        due, early = later_by(
            level,
            datetime(2026, 11, 23, 12, tzinfo=UTC),
            datetime(2026, 11, 20, 17, tzinfo=UTC),
            datetime(2026, 11, 25, 20, tzinfo=UTC),
            by,
        )
    assert due == datetime(2026, 11, 26, 14, tzinfo=UTC)  # One hour of Friday, three of Monday.
    assert early == datetime(2026, 11, 26, 11, tzinfo=UTC)


@pytest.mark.parametrize("business", [False, True])
def test_who_was_to_be_reminded_in_the_rest_is_reminded_at_its_end(
    alice: Person, business: bool
) -> None:
    level = Level("manager", hours=8, business=business)
    with alice.workspace.acting(alice) as by:
        until = datetime(2026, 11, 25, 10, tzinfo=UTC)
        due, early = later_by(
            level,
            datetime(2026, 11, 23, 12, tzinfo=UTC),
            datetime(2026, 11, 23, 11, tzinfo=UTC),
            until,
            by,
        )
    assert (due, early) == (until + timedelta(hours=1), until)
