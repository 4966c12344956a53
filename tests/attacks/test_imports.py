"""Imports, attacked: pressed twice, undone in between, looked at by those who may not."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Contact
from app.jobs.worker import Worker
from app.records.imports import begin
from app.records.imports.models import ImportRun
from tests.cast import Person, Workspace
from tests.records.imports.conftest import living, no_files, worker
from tests.records.imports.test_pages import given

__all__ = ["no_files", "worker"]

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
