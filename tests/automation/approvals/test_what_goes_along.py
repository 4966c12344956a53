"""What is held back with other things: follow-ups, files, rows of an import, jobs."""

from __future__ import annotations

from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.automation.approvals.decide import approve
from app.automation.approvals.models import State
from app.crm.models import Account, Activity, Product
from app.handover.models import Handover
from app.handover.operations.begin import begin_handover
from app.handover.operations.undo import begin_undo
from app.handover.rules import Plan
from app.handover.rules import Rule as HandoverRule
from app.identity.models import User
from app.identity.operations.users import enable_user
from app.jobs.worker import Worker
from app.kernel.errors import Held
from app.records import gate
from app.records.assignment import automatic
from app.records.door import perform
from app.records.filters import Filter
from app.records.imports import chunk
from app.records.imports.taking import plan_of
from app.records.imports.undo_jobs import undo_import
from app.records.numbers import existing
from app.records.numbers.models import NumberSequence
from app.records.registry import registry
from tests.automation.approvals.conftest import Rule, colleague, only_request, people, requests
from tests.automation.approvals.test_gate import account, ask, stands
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.assignment.test_assignment import rule as assignment_rule
from tests.records.files.conftest import body, kept
from tests.records.imports.conftest import allow, give, living, mapped, sheet, take_in, why
from tests.records.numbers.test_numbers import make, numbers, switch_on


def test_a_follow_up_that_plans_the_next_one_is_approved_as_a_whole(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("activity", "create")
    asked: dict[str, Any] = {
        "kind": "follow_up",
        "body": "They think about it.",
        "next_at": "2030-01-01T09:00:00Z",
        "account_id": str(record_id),
    }
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Held) as held:
            perform("activity", "create", by=by, **asked)
        gate.keep(held.value, by)
    request = only_request(alice)
    assert request.inputs == asked
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
        found = by.session.scalars(select(Activity)).all()
        assert sorted(one.done_at is None for one in found) == [False, True]


@pytest.mark.parametrize("htmx", [True, False])
def test_files_do_not_get_lost_with_what_has_to_wait(
    alice: Person, bob: Person, rule: Rule, no_files: None, htmx: bool
) -> None:
    record_id = account(bob)
    rule("activity", "create")
    url = f"/accounts/{record_id}/activities"
    headers = {"HX-Request": "true"} if htmx else {}
    words = {"kind": "note", "body": "See their drawing."}
    answer = bob.client.post(url, headers=headers, **body(("drawing.txt", b"Fence"), **words))
    assert answer.status_code == 422
    assert "Files can&#39;t wait for approval" in answer.text
    assert not htmx or "See their drawing." in answer.text
    assert (requests(alice), kept(alice.workspace)) == ([], [])
    bob.client.post(url, headers=headers, data=words)
    assert only_request(alice).inputs["body"] == "See their drawing."


def test_a_row_that_waits_takes_no_number(alice: Person, rule: Rule, no_files: None) -> None:
    nora = colleague(alice, "Nora Nash", "admin")
    with alice.workspace.acting(alice) as by:
        switch_on(by)
    rule("product", "create", when=Filter("list_price", "eq", "7"))
    file = sheet(["Name", "Price"], ["One", ""], ["Two", "7"], ["Three", ""])
    run = take_in(nora, "product", file, {"Name": "name", "Price": "list_price"})
    assert why(nora, run) == {}
    with alice.workspace.acting(alice) as by:
        assert numbers(by) == ["P-001", "P-002"]
        assert by.session.get_one(NumberSequence, "product").last == 2
    assert len(requests(alice)) == 1


def test_what_was_taken_back_is_not_settled(
    alice: Person, bob: Person, rule: Rule, no_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule("account", "create", when=Filter("city", "eq", "York"))
    settled: list[str] = []

    def settle(_type: object, sent: Any, _by: object) -> None:
        settled.extend(one.name for one in sent.records)

    monkeypatch.setattr(chunk, "settle_new", settle)
    allow(bob.workspace, "sales_rep", "import")
    rows = [["One", "Hull"], ["Two", "York"], ["Three", "Hull"]]
    with bob.workspace.acting(bob) as by:
        run = give(by, "account", sheet(["Name", "City"], *rows))
        plan = plan_of(run, mapped({"Name": "name", "City": "city"}), ["Name", "City"], by)
        outcome, finish = chunk.begin_rows(plan, list(enumerate(rows, 2)), by)
        finish()
    assert (outcome.created, outcome.asked) == (2, 1)
    assert settled == ["One", "Three"]
    assert living(bob.workspace, Account, Account.name) == ["One", "Three"]


def lock_one(bob: Person, rule: Rule, name: str) -> None:
    """Let a record of an import wait for approval, and be locked meanwhile."""
    rule("account", "update", fields=["address"], locks="record")
    with bob.workspace.scope() as session:
        record_id = session.scalars(select(Account.id).where(Account.name == name)).one()
    ask(bob, "update", record_id, address="1 High Street")


def test_one_locked_record_keeps_no_other_from_its_old_values(
    alice: Person, bob: Person, rule: Rule, no_files: None
) -> None:
    for verb in ("import", "update"):
        allow(bob.workspace, "sales_rep", verb)
    for name in ("One", "Two", "Three"):
        account(bob, name=name, city="York")
    file = sheet(["Name", "City"], ["One", "Hull"], ["Two", "Hull"], ["Three", "Hull"])
    columns = {"Name": "name", "City": "city"}
    run = take_in(bob, "account", file, columns, mode="update", match_on="name")
    lock_one(bob, rule, "Two")
    with bob.workspace.acting(bob) as by:
        undone = undo_import(run.id, by)
        assert (undone.undo_done, undone.undo_left_out) == (2, 1)
    cities = living(bob.workspace, Account, Account.name, Account.city)
    assert cities == [("One", "York"), ("Three", "York"), ("Two", "Hull")]


def free_firm(alice: Person, name: str) -> UUID:
    with alice.workspace.acting(alice) as by:
        return make_account(by, name, owner_id=None).id


def test_an_assignment_that_has_to_wait_is_asked_for(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    with alice.workspace.acting(alice) as by:
        assignment_rule(by)
    rule("account", "distribute")
    record_id = free_firm(alice, "Free Fences")
    worker.drain()
    request = only_request(alice)
    assert (request.verb, request.record_id, request.requester_id) == (
        "distribute",
        record_id,
        None,
    )
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).owner_id == bob.user_id


def test_a_record_that_was_changed_meanwhile_is_assigned_as_it_stands(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes to the second while the first is assigned."""
    with alice.workspace.acting(alice) as by:
        assignment_rule(by)
    ids = [free_firm(alice, name) for name in ("First", "Second")]
    first = automatic.perform
    done: list[UUID] = []

    def write() -> None:
        mine = Workspace(alice.workspace.facts, alice.workspace.engine_app)
        with mine.acting(alice) as by:
            second = by.session.get_one(Account, ids[1])
            perform("account", "update", second, by=by, city="York")

    def slow(kind: Any, verb: str, record: Any, /, **more: Any) -> Any:
        if not done:
            other = Thread(target=write)
            other.start()
            other.join()
        done.append(record.id)
        return first(kind, verb, record, **more)

    monkeypatch.setattr(automatic, "perform", slow)
    with alice.workspace.scope():
        automatic.assign_some(alice.workspace.actor(), "account", ids)
    assert [stands(bob, one).owner_id for one in ids] == [bob.user_id, bob.user_id]
    assert stands(bob, ids[1]).city == "York"


def test_numbers_of_the_firm_need_no_approval(alice: Person, rule: Rule, worker: Worker) -> None:
    with alice.workspace.acting(alice) as by:
        for name in ("One", "Two"):
            make(by, name)
        switch_on(by)
    rule("product", "update")
    with alice.workspace.acting(alice) as by:
        existing.number_existing(by, registry().type("product"))
    worker.drain()
    with alice.workspace.acting(alice) as by:
        assert numbers(by) == ["P-001", "P-002"]
        assert by.session.scalar(select(func.count()).select_from(Product)) == 2
    assert requests(alice) == []


@pytest.mark.parametrize("verb", ["reopen", "delete"])
def test_what_was_done_is_taken_back_as_a_whole(
    alice: Person, bob: Person, rule: Rule, verb: str
) -> None:
    """Reopening what was done takes the step along that was planned with it."""
    with bob.workspace.acting(bob) as by:
        task = perform(
            "activity", "create", by=by, kind="task", subject="Call", due_at="2030-01-01"
        )
        task_id = task.id
    following = {"kind": "call", "due_at": "2030-02-01"}
    with bob.workspace.acting(bob) as by:
        done = perform(
            "activity", "complete", by.session.get_one(Activity, task_id), by=by, next=following
        )
        planned_id = done.next_step.planned_id
    rule("activity", verb)
    answer = bob.client.post(f"/activities/{task_id}/done/{planned_id}/undo")
    assert answer.status_code == 303

    def stand() -> tuple[bool, bool]:
        with bob.workspace.scope() as session:
            first, second = (session.get_one(Activity, one) for one in (task_id, planned_id))
            return first.done_at is not None, second.deleted_at is None

    assert stand() == (True, True)
    request = only_request(alice)
    assert (request.verb, request.record_id) == ("reopen", task_id)
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stand() == (False, False)


def test_a_handover_asks_once_for_a_record_and_withdraws_it_with_its_undoing(
    alice: Person, bob: Person, rule: Rule
) -> None:
    mara = colleague(alice, "Mara Moor", "owner")
    nick = colleague(alice, "Nick Nell")
    account(bob)
    rule("account", "update", people(mara), fields=["owner_id"], four_eyes=True)
    with alice.workspace.acting(alice) as by:
        user, taker = (by.session.get_one(User, one.user_id) for one in (bob, nick))
        plan = Plan(True, taker.id)
        handover = begin_handover(by, user, plan, set())
        assert (handover.done, handover.left_out) == (0, 1)
        handover_id = handover.id
    request = only_request(alice)
    assert request.changes["owner_id"] == [str(bob.user_id), str(nick.user_id)]
    with alice.workspace.acting(alice) as by:
        enable_user(by, by.session.get_one(User, bob.user_id))
        begin_undo(by.session.get_one(Handover, handover_id), by)
    assert only_request(alice).state == State.RECALLED


def test_what_is_locked_goes_over_all_the_same_from_who_leaves(
    alice: Person, bob: Person, rule: Rule
) -> None:
    nick = colleague(alice, "Nick Nell")
    allow(bob.workspace, "sales_rep", "delete")
    record_id = account(bob)
    rule("account", "delete", locks="record")
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        handover = begin_handover(by, user, Plan(True, nick.user_id), set())
        assert (handover.done, handover.left_out) == (1, 0)
        handover_id = handover.id
    assert stands(alice, record_id).owner_id == nick.user_id
    assert only_request(alice).state == State.WAITING
    with alice.workspace.acting(alice) as by:
        enable_user(by, by.session.get_one(User, bob.user_id))
        begin_undo(by.session.get_one(Handover, handover_id), by)
    assert stands(alice, record_id).owner_id == bob.user_id


def test_what_is_locked_stays_with_who_only_changes_area(
    alice: Person, bob: Person, rule: Rule
) -> None:
    nick = colleague(alice, "Nick Nell")
    allow(bob.workspace, "sales_rep", "delete")
    record_id = account(bob)
    rule("account", "delete", locks="record")
    ask(bob, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        plan = Plan(False, None, (HandoverRule("account", (), (nick.user_id,)),))
        handover = begin_handover(by, user, plan, set())
        assert (handover.done, handover.left_out) == (0, 1)
    assert stands(alice, record_id).owner_id == bob.user_id
