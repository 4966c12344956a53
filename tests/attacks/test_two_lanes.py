"""An import that takes in two pieces at once, while what it stands on is taken away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine

from app.crm.models import Contact
from app.identity.models import User
from app.jobs.worker import Worker
from app.records.imports import beside
from app.records.imports.models import ImportRun
from app.records.imports.taking import hold
from tenants.facts import State
from tests.attacks.test_standing import put
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow, in_pieces, living, run_of, take_in
from tests.records.imports.test_background import COLUMNS, names, people
from tests.records.imports.test_side_by_side import two_at_once

__all__ = ["in_pieces", "two_at_once"]
pytestmark = pytest.mark.usefixtures("no_files", "in_pieces", "two_at_once")


def between(monkeypatch: pytest.MonkeyPatch, do: Any, piece: int = 3) -> None:
    """Let something happen once, before this piece is kept and while others are made ready."""
    seen: list[Any] = []

    def held(run_id: Any, by: Any) -> ImportRun | None:
        seen.append(run_id)
        if len(seen) == piece:
            with ThreadPoolExecutor(1) as another:
                another.submit(do).result()
        return hold(run_id, by)

    monkeypatch.setattr(beside, "hold", held)


def ended(acme: Workspace, run: ImportRun) -> tuple[str, int, bool]:
    """Its state, how many it made, and whether as many are there and in their order."""
    found = run_of(acme, run.id)
    there = living(acme, Contact, Contact.last_name)
    return found.state, found.created, there == names(found.created)


def test_rights_that_are_lost_end_it_and_what_stands_is_counted(
    acme: Workspace, bob: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(acme, "sales_rep", "import")
    run = take_in(bob, "contact", people(14), COLUMNS)
    between(monkeypatch, lambda: allow(acme, "sales_rep", "import", reach=None))
    worker.drain()
    state, created, is_told = ended(acme, run)
    assert (state, is_told) == ("failed", True)
    assert 4 <= created < 14
    assert run_of(acme, run.id).error


def test_who_may_not_sign_in_any_more_brings_nothing_more_in(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(acme, "sales_rep", "import")
    run = take_in(bob, "contact", people(14), COLUMNS)

    def leave() -> None:
        with acme.scope() as session:
            session.get_one(User, bob.user_id).is_active = False

    between(monkeypatch, leave)
    worker.drain()
    state, created, is_told = ended(acme, run)
    assert (state, is_told) == ("failed", True)
    assert created < 14


def test_a_workspace_that_turned_read_only_takes_no_further_job(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    owner: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = take_in(alice, "contact", people(14), COLUMNS)
    between(monkeypatch, lambda: put(owner, acme, State.PAST_DUE))
    worker.drain(1)
    made = ended(acme, run)[1]
    assert made <= 10, "a job does ten rows"
    worker.drain()
    state, created, is_told = ended(acme, run)
    assert (state, created, is_told) == ("failed", made, True)
    assert "read-only" in (run_of(acme, run.id).error or "")
    put(owner, acme, State.ACTIVE)


def test_an_undo_that_is_pressed_meanwhile_takes_nothing_back_and_says_why(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = take_in(alice, "contact", people(12), COLUMNS)
    client, answers = alice.client, []

    def press() -> None:
        answers.append(client.post(f"/contacts/import/{run.id}/undo"))

    between(monkeypatch, press)
    worker.drain()
    assert ended(acme, run) == ("done", 12, True)
    assert [one.status_code for one in answers] == [303]
    assert run_of(acme, run.id).undone_by_id is None
    assert alice.client.post(f"/contacts/import/{run.id}/undo").status_code == 303
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == []
