"""Two at the same moment: both approve, one approves what the other deletes, one undoes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from app.automation.approvals import carry_out
from app.automation.approvals.decide import approve, approve_many
from app.automation.approvals.models import State
from app.crm.models import Account
from app.kernel.errors import Answer, Conflict
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.tailored import tailored
from tests.automation.approvals.conftest import Rule, only_request, people, requests
from tests.automation.approvals.test_gate import account, ask, stands
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow

BLOCKED = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = :pid")


class Other:
    """Somebody who does something at the same moment, in a transaction of their own."""

    def __init__(self, person: Person, work: Callable[[Any], object]) -> None:
        self.answer: Exception | None = None
        self.pid = 0
        mine = Workspace(person.workspace.facts, person.workspace.engine_app)

        def run() -> None:
            try:
                with mine.acting(person) as by:
                    self.pid = by.session.scalar(text("SELECT pg_backend_pid()"))
                    work(by)
            except Exception as answer:  # noqa: BLE001 - it is looked at by the test.
                self.answer = answer

        self.thread = Thread(target=run)

    def begin(self, session: Any) -> None:
        """Let them begin, and go on once they wait for what is held here, or are done."""
        self.thread.start()
        while self.thread.is_alive() and not session.scalar(BLOCKED, {"pid": self.pid}):
            self.thread.join(0.02)

    def end(self) -> None:
        """Wait until they are done."""
        self.thread.join()


def while_it_is_done(monkeypatch: pytest.MonkeyPatch, other: Other) -> None:
    """Let somebody begin as soon as what was approved is to be done."""
    first = carry_out.fetch

    def meanwhile(record_type: Any, record_id: Any, by: Any, verb: str) -> Any:
        if not other.thread.ident:
            other.begin(by.session)
        return first(record_type, record_id, by, verb)

    monkeypatch.setattr(carry_out, "fetch", meanwhile)


def test_approving_and_deleting_at_once_do_not_wait_for_each_other(
    alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = account(bob)
    rule("account", "update", fields=["city"])
    ask(bob, "update", record_id, city="York")
    request_id = only_request(alice).id

    def delete(by: Any) -> None:
        perform("account", "delete", by.session.get_one(Account, record_id), by=by)

    other = Other(bob, delete)
    while_it_is_done(monkeypatch, other)
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
    other.end()
    assert isinstance(other.answer, Answer | None)  # Never a deadlock.
    assert only_request(alice).state == State.APPROVED
    assert stands(bob, record_id).city == "York"


def test_of_two_who_approve_at_once_the_second_is_told_by_whom_it_was_done(
    alice: Person, bob: Person, dora: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice, dora))
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    other = Other(dora, lambda by: approve(request_id, by))
    while_it_is_done(monkeypatch, other)
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
    other.end()
    assert isinstance(other.answer, Conflict)
    assert str(other.answer.message) == "This was approved already, by Alice Archer."
    answer = dora.client.post(f"/approvals/{request_id}/approve")
    assert answer.status_code == 409
    assert "This was approved already, by Alice Archer." in answer.text


def test_approving_and_undoing_a_batch_at_once_do_not_wait_for_each_other(
    alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    ids = (account(bob), account(bob, name="Second"))
    rule("account", "update")
    with bob.workspace.acting(bob) as by:
        record_type = tailored("account", by)
        change = begin_change(record_type, "update", Selection(ids=ids), {"city": "York"}, by)
        change_id = change.id
    other = Other(bob, lambda by: begin_undo(change_id, by))
    while_it_is_done(monkeypatch, other)
    first, second = requests(alice)
    with alice.workspace.acting(alice) as by:
        assert approve(first.id, by).is_done
    other.end()
    assert other.answer is None
    assert [one.state for one in requests(alice)][1] == State.RECALLED
    assert second.batch_id == change_id


def test_ticked_ones_are_held_in_one_order(alice: Person, bob: Person, rule: Rule) -> None:
    ids = (account(bob), account(bob, name="Second"))
    rule("account", "delete")
    for one in ids:
        ask(bob, "delete", one)
    chosen = [(one.id, one.seen_version) for one in reversed(requests(alice))]
    with alice.workspace.acting(alice) as by:
        assert approve_many([*chosen, chosen[0]], by)[0] == 2
    assert all(stands(bob, one).deleted_at for one in ids)
