"""Imports, attacked: pressed twice, undone in between, looked at by those who may not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account, Contact
from app.jobs.worker import Worker
from app.records.imports import begin, undo, undo_jobs
from app.records.imports.models import ImportRun
from tests.attacks.program import Programs, program
from tests.cast import Person, Workspace
from tests.factories import make_contact
from tests.records.imports.conftest import living, no_files, run_of, sheet, take_in, worker
from tests.records.imports.test_api import send
from tests.records.imports.test_pages import given

__all__ = ["no_files", "program", "worker"]

# Twice, and at the same moment


@pytest.mark.parametrize("at_once", [200, 1])
def test_pressing_start_twice_takes_the_rows_in_once(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    monkeypatch.setattr(begin, "AT_ONCE", at_once)
    url = given(alice, "Last Name\nArcher\nBaker\n")
    both = threading.Barrier(2)
    opened = begin.open_table

    def meet(*args: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both.wait(1)  # Where the second has to wait, it never comes here.
        return opened(*args)

    monkeypatch.setattr(begin, "open_table", meet)
    clients = [alice.sign_in() for _number in range(2)]
    form = {"c0": "last_name", "mode": "create", "duplicates": "create", "do": "start"}
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda one: one.post(url, data=form).status_code, clients))
    worker.drain()
    assert max(codes) < 500
    assert living(acme, Contact, Contact.last_name) == ["Archer", "Baker"]
    with acme.scope() as session:
        assert session.scalars(select(ImportRun.created)).one() == 2


def _meanwhile(
    monkeypatch: pytest.MonkeyPatch, name: str, work: Callable[[], object]
) -> list[threading.Thread]:
    """Let somebody else work after `name` of the undoing has looked, and before it goes on."""
    looked, threads = getattr(undo, name), []

    def look(*args: Any) -> Any:
        found = looked(*args)
        if not threads:
            threads.append(threading.Thread(target=work))
            threads[0].start()
            threads[0].join(1)  # Where it has to wait for the undoing, it comes after it.
        return found

    monkeypatch.setattr(undo, name, look)
    return threads


def test_a_value_that_is_written_while_an_import_is_undone_is_kept_or_refused(
    acme: Workspace, alice: Person, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by, "Gate", title="Before").id
    file = sheet(["Id", "Title"], [str(contact), "Imported"])
    columns = {"Id": "id", "Title": "title"}
    run = take_in(alice, "contact", file, columns, mode="update", match_on="id")
    assert run.updated == 1
    theirs, mine = program(alice), program(alice)
    found: list[int] = []

    def change() -> None:
        found.append(theirs.patch(f"contacts/{contact}", {"title": "Theirs"}).status_code)

    threads = _meanwhile(monkeypatch, "pasts", change)
    mine.post(f"imports/{run.id}/undo")
    threads[0].join(30)
    (there,) = living(acme, Contact, Contact.title)
    assert (found, there) in (([200], "Theirs"), ([409], "Before"))


def test_a_record_that_is_touched_while_its_import_is_undone_stays(
    acme: Workspace, alice: Person, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = take_in(alice, "contact", sheet(["Last"], ["Archer"]), {"Last": "last_name"})
    (contact,) = living(acme, Contact, Contact.id)
    theirs, mine = program(alice), program(alice)
    found: list[int] = []

    def change() -> None:
        found.append(theirs.patch(f"contacts/{contact}", {"title": "Theirs"}).status_code)

    threads = _meanwhile(monkeypatch, "_traces", change)
    mine.post(f"imports/{run.id}/undo")
    threads[0].join(30)
    there = living(acme, Contact, Contact.title)
    assert (found, there) in (([200], ["Theirs"]), ([404], []), ([409], []))


def test_undoing_twice_at_once_is_one_undoing(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    run = take_in(alice, "contact", sheet(["Last"], ["Archer"]), {"Last": "last_name"})
    apis = [program(alice) for _number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda api: api.post(f"imports/{run.id}/undo").status_code, apis))
    assert sorted(codes) == [200, 422]
    assert run_of(acme, run.id).undo_done == 1


# Undoing by programs


FIRMS = {"Last": "last_name", "Firm": {"field": "account_id", "create_missing": True}}


@pytest.fixture
def undone_in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_jobs, "AT_ONCE", 0)


def test_a_program_takes_back_no_more_by_a_worker_than_by_itself(
    acme: Workspace,
    alice: Person,
    program: Programs,
    worker: Worker,
    undone_in_background: None,
) -> None:
    """Alice imported with all her rights; the token may delete contacts and no firms."""
    run = take_in(alice, "contact", sheet(["Last", "Firm"], ["Archer", "North Ltd"]), FIRMS)
    api = program(alice, "contact:read", "contact:delete", "contact:import", "contact:create")
    assert api.post(f"imports/{run.id}/undo").status_code == 200
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == []
    assert living(acme, Account, Account.name) == ["North Ltd"]


def test_somebody_takes_back_what_a_narrow_token_of_theirs_imported(
    acme: Workspace,
    alice: Person,
    program: Programs,
    worker: Worker,
    undone_in_background: None,
) -> None:
    api = program(alice, "contact:read", "contact:import", "contact:create")
    made = send(api, sheet(["Last Name"], ["Archer"]))
    assert made.status_code == 202, made.text
    mine = program(alice)
    assert mine.post(f"imports/{made.json['id']}/undo").status_code == 200
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == []
