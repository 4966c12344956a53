"""Numbers for records from before: one that is locked keeps none of the others waiting."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.automation.approvals.decide import reject
from app.crm.models import Account
from app.jobs.worker import Worker
from app.records.numbers import existing
from app.records.numbers.operations import change_numbers, read_chosen
from app.records.registry import registry
from tests.automation.approvals.conftest import Rule, only_request
from tests.automation.approvals.test_gate import account, ask
from tests.cast import Person
from tests.conftest import Clock

URL = "/settings/numbers"


@pytest.fixture
def firms(alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Five customers without a number, two in a piece; a change of the second one waits."""
    monkeypatch.setattr(existing, "CHUNK", 2)
    made = [account(bob, name=f"Firm {at}") for at in range(5)]
    rule("account", "update", fields=["city"], locks="record")
    ask(bob, "update", made[1], city="York")
    with alice.workspace.acting(alice) as by:
        how = read_chosen("C-{number:03}", "never", True)
        change_numbers(by, registry().type("account"), how)
    return made


def numbers(person: Person) -> list[str | None]:
    with person.workspace.scope() as session:
        return list(session.scalars(select(Account.number).order_by(Account.id)))


def under_way(person: Person) -> int | None:
    with person.workspace.acting(person) as by:
        return existing.progress_of(registry().type("account"), by)


def test_a_locked_one_is_passed_over_and_numbered_once_it_may_be(
    alice: Person, firms: list[UUID], worker: Worker, clock: Clock
) -> None:
    assert alice.client.post(f"{URL}/account/existing").status_code == 303
    assert under_way(alice) == 5
    worker.drain()
    assert numbers(alice) == ["C-001", None, "C-002", "C-003", "C-004"]
    assert under_way(alice) is None
    page = alice.client.get(URL).text
    assert "every 2s" not in page
    assert "locked until a change of them is decided, and numbered after that: 1 account" in page
    clock.shift(timedelta(hours=2))
    worker.drain()  # It still waits.
    assert numbers(alice)[1] is None
    request_id = only_request(alice).id
    with alice.workspace.acting(alice) as by:
        reject(request_id, by, text="No")
    clock.shift(timedelta(hours=3))
    worker.drain()
    assert numbers(alice) == ["C-001", "C-005", "C-002", "C-003", "C-004"]
    clock.shift(timedelta(days=2))
    worker.drain()
    assert "locked until" not in alice.client.get(URL).text


def test_what_can_t_be_done_at_all_ends_with_nobody_waiting_for_it(
    alice: Person, firms: list[UUID], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_args: object) -> None:
        raise existing.Refused("No")

    with monkeypatch.context() as patch:
        patch.setattr("app.records.numbers.jobs.number_some", break_down)
        alice.client.post(f"{URL}/account/existing")
        assert under_way(alice) == 5
        worker.drain()
    assert under_way(alice) is None
