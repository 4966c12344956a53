"""Activity plans, as those use them who press twice, at once, or where they may not.

Runs of others, steps that are reopened, hidden fields, and one record at which an undo fails.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, PlanRun
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.bulk import undo
from app.records.bulk.begin import begin_change
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.registry import registry
from tests.attacks.program import Programs
from tests.attacks.test_faults import together
from tests.attacks.test_hidden_fields import hide
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan, start, step, steps
from tests.factories import make_account
from tests.records.pages.conftest import statements

install_record_types()


def runs(acme: Workspace, record_id: UUID) -> list[tuple[UUID, bool]]:
    """The runs that were started with a record, and whether each was stopped."""
    with acme.scope() as session:
        rows = select(PlanRun).where(PlanRun.record_id == record_id).order_by(PlanRun.id)
        return [(one.id, one.stopped_at is not None) for one in session.scalars(rows)]


@pytest.fixture
def plan(acme: Workspace, alice: Person) -> UUID:
    """A plan of one step."""
    with acme.acting(alice) as by:
        return make_plan(by, step("Ring them")).id


@pytest.fixture
def account(acme: Workspace, alice: Person) -> UUID:
    with acme.acting(alice) as by:
        return make_account(by).id


@pytest.fixture
def done(acme: Workspace, alice: Person, plan: UUID, account: UUID) -> UUID:
    """The only step of a plan that was started with the account, done by now."""
    with acme.acting(alice) as by:
        start(by, account, plan)
        (first,) = steps(by)
        perform("activity", "complete", first, by=by)
        return first.id


@pytest.fixture
def twice(acme: Workspace, alice: Person, plan: UUID, account: UUID, done: UUID) -> UUID:
    """An account with which two runs of the plan are under way at once."""
    with acme.acting(alice) as by:
        start(by, account, plan)
        perform("activity", "reopen", by.session.get_one(Activity, done), by=by)
    return account


# Runs


def test_stopping_a_plan_stops_every_run_of_it(
    acme: Workspace, alice: Person, program: Programs, plan: UUID, twice: UUID
) -> None:
    answer = program(alice).post(f"accounts/{twice}/stop_plan", {"plan": str(plan)})
    assert answer.status_code == 200, answer.text
    assert [stopped for _run, stopped in runs(acme, twice)] == [True, True]
    with acme.acting(alice) as by:
        assert steps(by) == []


@pytest.mark.parametrize("place", [0, 1])
def test_stopping_one_run_stops_that_and_no_other(
    acme: Workspace, alice: Person, twice: UUID, place: int
) -> None:
    both = [run for run, _stopped in runs(acme, twice)]
    chosen, other = both[place], both[1 - place]
    answer = alice.client.post(f"/accounts/{twice}/plan/{chosen}/stop")
    assert answer.status_code == 303, answer.text
    assert [run for run, stopped in runs(acme, twice) if stopped] == [chosen]
    with acme.acting(alice) as by:
        assert [one.plan_run_id for one in steps(by)] == [other]


def test_an_undo_of_a_start_that_is_over_is_refused_and_stops_no_later_one(
    acme: Workspace, alice: Person, program: Programs, plan: UUID, account: UUID, done: UUID
) -> None:
    with acme.acting(alice) as by:
        start(by, account, plan)
    (first, _), (_second, _) = runs(acme, account)
    assert alice.client.post(f"/accounts/{account}/plan/{first}/stop").status_code == 422
    for wrong in (str(first), str(new_id()), "x", "", 5, {"a": 1}):
        sent = {"plan": str(plan), "run": wrong}
        answer = program(alice).post(f"accounts/{account}/stop_plan", sent)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "run")
    assert [stopped for _run, stopped in runs(acme, account)] == [False, False]


def test_a_run_of_another_record_is_neither_stopped_nor_resumed(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, plan: UUID, account: UUID
) -> None:
    """Bob does not reach Alice's account, and Charlie rents another workspace."""
    with acme.acting(bob) as by:
        his = make_account(by).id
    with acme.acting(alice) as by:
        start(by, account, plan)
    [(run, _stopped)] = runs(acme, account)
    for path in ("stop", "resume"):
        assert bob.client.post(f"/accounts/{his}/plan/{run}/{path}").status_code == 404
        assert bob.client.post(f"/accounts/{account}/plan/{run}/{path}").status_code == 404
        assert charlie.client.post(f"/accounts/{account}/plan/{run}/{path}").status_code == 404
    assert runs(acme, account) == [(run, False)]


# At the same moment


def test_a_plan_started_twice_at_once_is_started_once(
    acme: Workspace, alice: Person, plan: UUID
) -> None:
    for _round in range(5):
        with acme.acting(alice) as by:
            account = make_account(by).id
        call = partial(alice.sign_in().post, f"/accounts/{account}/plan", data={"plan": str(plan)})
        first, second = sorted(one.status_code for one in together([call, call]))
        assert (first, second) in ((303, 409), (303, 422))
        assert len(runs(acme, account)) == 1


# Undoing in bulk


@pytest.fixture
def change(acme: Workspace, alice: Person, plan: UUID, account: UUID, done: UUID) -> UUID:
    """A bulk start of the plan with the account and another one."""
    with acme.acting(alice) as by:
        ids, inputs = (account, make_account(by, "Gate Ltd").id), {"plan": str(plan)}
        chosen = Selection(ids=ids)
        return begin_change(registry().type("account"), "start_plan", chosen, inputs, by).id


def test_a_bulk_start_is_undone_beside_an_old_step_that_was_reopened(
    acme: Workspace, alice: Person, done: UUID, change: UUID
) -> None:
    with acme.acting(alice) as by:
        perform("activity", "reopen", by.session.get_one(Activity, done), by=by)
    assert alice.client.post(f"/accounts/bulk/{change}/undo").status_code == 303
    with acme.acting(alice) as by:
        assert [one.id for one in steps(by)] == [done]


def test_a_fault_with_one_record_leaves_that_one_out_of_an_undo(
    acme: Workspace,
    alice: Person,
    account: UUID,
    change: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(kind: Any, verb: str, record: Account, /, **inputs: Any) -> Any:
        performed = perform(kind, verb, record, **inputs)
        if record.id == account:
            raise LookupError
        return performed

    monkeypatch.setattr(undo, "perform", faulty)
    assert alice.client.post(f"/accounts/bulk/{change}/undo").status_code == 303
    assert [stopped for _run, stopped in runs(acme, account)] == [False, False]
    with acme.acting(alice) as by:
        assert [one.account_id for one in steps(by)[1:]] == [account]
        undone = by.session.scalars(select(BulkChange).where(BulkChange.verb == "undo")).one()
        assert (undone.done, undone.left_out) == (1, 1)
        told = select(BulkRow.record_id, BulkRow.reason).where(
            BulkRow.change_id == undone.id, BulkRow.outcome == Outcome.LEFT_OUT
        )
        assert by.session.execute(told).all() == [(account, "Something went wrong on our side.")]


# Statements


def test_the_form_that_starts_a_plan_runs_no_statement_for_each_plan(
    acme: Workspace, alice: Person, account: UUID
) -> None:
    """A workspace has up to a hundred plans, and a page at most 25 statements."""
    url, taken = f"/accounts/{account}/plan", []
    for number in (1, 12):
        with acme.acting(alice) as by:
            for one in range(number):
                make_plan(by, step("Ring them"), name={"en": f"Plan {number} {one}"})
        assert alice.client.get(url).status_code == 200
        with statements() as seen:
            alice.client.get(url)
        taken.append(len(seen))
    assert taken[0] == taken[1] <= 25


# What is not one's own to say


def test_a_plan_gives_its_steps_owners_whatever_field_its_starter_may_not_write(
    acme: Workspace, bob: Person, plan: UUID
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by).id
    for key in ("owner_id", "kind", "due_at", "subject"):
        hide(acme, bob, "activity", key)
        answer = bob.client.post(f"/accounts/{account}/plan", data={"plan": str(plan)})
        assert answer.status_code == 303
        [*_before, (run, stopped)] = runs(acme, account)
        assert not stopped
        assert bob.client.post(f"/accounts/{account}/plan/{run}/stop").status_code == 303
