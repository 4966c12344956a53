"""Undoing a bulk start of a plan: it stops what it began, and nothing that others began."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, PlanRun
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.registry import registry
from tests.attacks.program import Programs
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan, start, step, steps, stop
from tests.factories import make_account

install_record_types()

ENDED = "What that change started is over, or was stopped already."


@pytest.fixture
def plan(acme: Workspace, alice: Person) -> UUID:
    with acme.acting(alice) as by:
        return make_plan(by, step("Ring them"), step("Visit them")).id


@pytest.fixture
def accounts(acme: Workspace, alice: Person) -> tuple[UUID, UUID]:
    """Alice's accounts: one that has a history with plans, and a new one."""
    with acme.acting(alice) as by:
        return make_account(by, "Old").id, make_account(by, "New").id


def start_many(by: Actor, ids: tuple[UUID, ...], plan: UUID) -> BulkChange:
    inputs = {"plan": str(plan)}
    return begin_change(registry().type("account"), "start_plan", Selection(ids=ids), inputs, by)


def complete(by: Actor, account: UUID) -> list[UUID]:
    """Do all open steps with an account; answers with them."""
    mine = [one for one in steps(by) if one.account_id == account and one.done_at is None]
    for one in mine:
        perform("activity", "complete", one, by=by)
    return [one.id for one in mine]


def reopen(by: Actor, activity: UUID) -> None:
    perform("activity", "reopen", by.session.get_one(Activity, activity), by=by)


def under_way(by: Actor, account: UUID) -> list[bool]:
    """Of each run with an account, in the order of their starts, whether it was not stopped."""
    rows = select(PlanRun.stopped_at).where(PlanRun.record_id == account).order_by(PlanRun.id)
    return [stopped is None for stopped in by.session.scalars(rows)]


def left_out(by: Actor, undo: BulkChange) -> list[tuple[UUID, str | None]]:
    rows = select(BulkRow).where(BulkRow.change_id == undo.id, BulkRow.outcome == Outcome.LEFT_OUT)
    return [(one.record_id, one.reason) for one in by.session.scalars(rows)]


def test_a_record_keeps_the_run_that_it_had_before(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    old, _new = accounts
    with acme.acting(alice) as by:
        start(by, old, plan)
        earlier, *_rest = complete(by, old)
        change = start_many(by, accounts, plan)
        assert change.done == 2
        reopen(by, earlier)
    with acme.acting(alice) as by:
        undo = begin_undo(change.id, by)
        assert (undo.done, undo.left_out) == (2, 0)
        assert under_way(by, old) == [True, False]
        assert [one.id for one in steps(by) if one.done_at is None] == [earlier]


def test_of_two_bulk_starts_each_is_undone_by_itself(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    old, _new = accounts
    with acme.acting(alice) as by:
        first = start_many(by, (old,), plan)
        done, *_rest = complete(by, old)
        second = start_many(by, (old,), plan)
        reopen(by, done)
    with acme.acting(alice) as by:
        begin_undo(first.id, by)
        assert under_way(by, old) == [False, True]
        begin_undo(second.id, by)
        assert under_way(by, old) == [False, False]


def test_an_undo_of_a_run_that_ended_meanwhile_leaves_the_one_that_was_started_since(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    old, new = accounts
    with acme.acting(alice) as by:
        change = start_many(by, accounts, plan)
        complete(by, old)
        start(by, old, plan)
    with acme.acting(alice) as by:
        undo = begin_undo(change.id, by)
        assert (undo.done, left_out(by, undo)) == (1, [(old, ENDED)])
        assert (under_way(by, old), under_way(by, new)) == ([True, True], [False])
        open_steps = [one for one in steps(by) if one.done_at is None]
        assert [one.account_id for one in open_steps] == [old, old]


def test_an_undo_of_a_run_that_was_stopped_by_hand_leaves_the_next_one(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    old, _new = accounts
    with acme.acting(alice) as by:
        change = start_many(by, accounts, plan)
        stop(by, old, plan)
        start(by, old, plan)
    with acme.acting(alice) as by:
        undo = begin_undo(change.id, by)
        assert left_out(by, undo) == [(old, ENDED)]
        assert under_way(by, old) == [False, True]


def test_an_undo_twice_is_refused_and_stops_no_run_that_was_started_since(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    with acme.acting(alice) as by:
        change = start_many(by, accounts, plan)
        begin_undo(change.id, by)
    with acme.acting(alice) as by:
        for account in accounts:
            start(by, account, plan)
        with pytest.raises(Refused):
            begin_undo(change.id, by)
        assert [under_way(by, one) for one in accounts] == [[False, True], [False, True]]


def test_a_run_that_was_stopped_and_goes_on_is_still_that_of_its_change(
    acme: Workspace, alice: Person, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    _old, new = accounts
    with acme.acting(alice) as by:
        change = start_many(by, (new,), plan)
        run = by.session.scalars(select(PlanRun.id)).one()
        stop(by, new, plan)
        start(by, new, plan, run=str(run))
    with acme.acting(alice) as by:
        assert begin_undo(change.id, by).done == 1
        assert under_way(by, new) == [False]


def test_programs_stop_what_one_batch_began_and_nothing_by_what_is_no_batch(
    acme: Workspace, alice: Person, program: Programs, plan: UUID, accounts: tuple[UUID, UUID]
) -> None:
    old, new = accounts
    with acme.acting(alice) as by:
        start(by, old, plan)
        batch = start_many(by, (new,), plan).id
    calls = program(alice)
    wrongs: list[Any] = [str(batch), str(new_id()), "x", "", 5, {"a": 1}]
    for wrong in wrongs:
        answer = calls.post(f"accounts/{old}/stop_plan", {"plan": str(plan), "batch": wrong})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "batch")
    answer = calls.post(f"accounts/{new}/stop_plan", {"plan": str(plan), "batch": str(batch)})
    assert answer.status_code == 200, answer.text
    with acme.acting(alice) as by:
        assert (under_way(by, old), under_way(by, new)) == ([True], [False])
        assert by.session.get_one(Account, new).next_step is None
