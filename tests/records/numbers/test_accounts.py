"""Numbers of customers: found, brought, given in blocks to files, and to those from before."""

from __future__ import annotations

import io
import re
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, text

from app.crm.models import Account
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.imports.begin import begin_import
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.guessing.guess import guess
from app.records.imports.mapping import Column, Mapping
from app.records.imports.models import ImportRun
from app.records.many import perform_many
from app.records.numbers import existing
from app.records.numbers.existing import progress_of
from app.records.numbers.give import take_block, take_numbers
from app.records.numbers.operations import change_numbers, read_chosen
from app.records.registry import registry
from app.records.tailored import tailored
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in, program

__all__ = ["program"]
URL = "/settings/numbers"


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None: ...


def switch_on(by: Actor, pattern: str = "C-{number:03}", *, is_on: bool = True) -> None:
    change_numbers(by, registry().type("account"), read_chosen(pattern, "never", is_on))


def numbers(by: Actor) -> list[str | None]:
    return list(by.session.scalars(select(Account.number).order_by(Account.id)))


def bring(by: Actor, *rows: tuple[str, ...], head: tuple[str, ...] = ("Name",)) -> ImportRun:
    text = "\n".join(",".join(one) for one in (head, *rows))
    run = keep_file(tailored("account", by), "rows.csv", io.BytesIO(text.encode()), by)
    fields = {"Name": "name", "Number": "number"}
    mapping = Mapping(columns=tuple(Column(one, fields[one]) for one in head))
    return begin_import(run, mapping, by)


def test_a_firm_that_wants_none_asks_nothing_and_has_none(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by, Statements() as made:
        assert make_account(by).number is None
    assert not [one for one in made.said if "number_" in one]


def test_a_customer_is_found_by_their_number_everywhere(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
    api = program(alice)
    first, second = api.make(name="Fence"), api.make(name="Plank")
    assert (first["number"], second["number"]) == ("C-001", "C-002")
    for asked in ("q=c-002", "number=C-002", "number__starts=c-002"):
        found = api.get(f"accounts?{asked}").json["data"]
        assert [row["id"] for row in found] == [second["id"]], asked
    down = api.get("accounts?sort=-number").json["data"]
    assert [row["number"] for row in down] == ["C-002", "C-001"]
    assert "C-002" in alice.client.get("/accounts?cols=number&q=C-002").text
    assert fields_in(api.post("accounts", {"name": "Third", "number": "c-001"})) == ["number"]
    assert api.make(name="Own", number="K-7")["number"] == "K-7"


def test_a_file_takes_its_numbers_in_a_block_and_keeps_those_that_it_brings(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
    with acme.acting(alice) as by:
        make_account(by, "First")
        by.session.commit()
        rows = (("A", ""), ("B", "C-003"), ("C", ""), ("D", "X-1"), ("E", "C-001"))
        run = bring(by, *rows, head=("Name", "Number"))
        assert (run.created, run.failed) == (4, 1), list(read_failures(run, by))
        found = dict(by.session.execute(select(Account.name, Account.number)).all())
    assert found == {"First": "C-001", "A": "C-002", "B": "C-003", "C": "C-004", "D": "X-1"}
    with acme.acting(alice) as by:
        (one,) = [
            one
            for one in guess(tailored("account", by), ["客户编号"], [["K-1"]], by)
            if one.column.field
        ]
        assert one.column.field == "number"


def test_who_creates_one_never_waits_for_a_file_and_a_file_never_for_them(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
    kind = registry().type("account")
    got: list[str] = []

    def create() -> None:
        mine = Workspace(acme.facts, acme.engine_app)
        with mine.acting(alice) as other:
            other.session.execute(text("SET LOCAL lock_timeout = '2s'"))
            got.append(str(make_account(other, "Meanwhile").number))

    with acme.acting(alice) as by:
        block = take_block(kind, 10, by)
        assert (block[0], block[-1]) == ("C-001", "C-010")
        thread = Thread(target=create)  # The file is not committed yet.
        thread.start()
        thread.join()
        assert got == ["C-011"]
        by.session.rollback()
    with acme.acting(alice) as by:
        assert take_block(kind, 1, by) == ["C-012"], "what a file gave up is left out"


def test_what_is_held_by_who_asks_is_taken_from_there(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
    kind = registry().type("account")
    with acme.acting(alice) as by:
        assert take_numbers(kind, 1, by) == ["C-001"]
        assert take_block(kind, 2, by) == ["C-002", "C-003"]


def test_papers_are_numbered_one_by_one_by_a_file_too(acme: Workspace, alice: Person) -> None:
    product = registry().type("product")
    assert product.numbered is not None
    assert product.numbered.without_gaps
    with acme.acting(alice) as by:
        change_numbers(by, product, read_chosen("P-{number:03}", "never", True))
    with acme.acting(alice) as by:
        text = b"Name\nA\nB\n"
        run = keep_file(tailored("product", by), "rows.csv", io.BytesIO(text), by)
        done = begin_import(run, Mapping(columns=(Column("Name", "name"),)), by)
        assert done.created == 2
        by.session.rollback()
    with acme.acting(alice) as by:
        assert take_numbers(product, 1, by)[0] in ("P-001", "P-003")


def test_those_from_before_are_numbered_with_a_progress(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(existing, "CHUNK", 2)
    with acme.acting(alice) as by:
        rows: list[dict[str, Any]] = [{"name": f"Firm {at}"} for at in range(5)]
        perform_many("account", "create", rows, by=by)
        switch_on(by)
    kind = registry().type("account")
    assert alice.client.post(f"{URL}/account/existing").status_code == 303
    with acme.acting(alice) as by:
        assert progress_of(kind, by) == 5
        assert existing.number_some(by, "account")
    page = alice.client.get(URL).text
    assert '<progress class="progress" max="5" value="2"' in page
    assert 'data-hx-trigger="every 2s"' in page
    worker.drain()
    with acme.acting(alice) as by:
        assert sorted(map(str, numbers(by))) == [f"C-{at:03}" for at in range(1, 6)]
        assert progress_of(kind, by) is None
    assert "<progress" not in alice.client.get(URL).text


def test_a_number_is_one_customer_s_whatever_its_case(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "One", number="K-1")
        with pytest.raises(Refused) as refused:
            make_account(by, "Two", number="k-1")
        assert list(refused.value.errors) == ["number"]
        by.session.execute(text("SET LOCAL enable_seqscan = off"))
        plans = {
            "uq_accounts_number": "SELECT id FROM accounts WHERE deleted_at IS NULL"
            " AND lower(number) IN ('k-1', 'k-2')",
            "ix_accounts_by_number": "SELECT id FROM accounts WHERE deleted_at IS NULL AND"
            ' (lower(number) COLLATE "C") IS NOT NULL ORDER BY lower(number) COLLATE "C", id',
        }
        for index, asked in plans.items():
            plan = by.session.execute(text(f"EXPLAIN {asked}")).scalars().all()
            # Either serves the first one; which is the cheaper is the planner's affair.
            assert re.search(rf"{index}|ix_accounts_by_number", "\n".join(plan)), plan
