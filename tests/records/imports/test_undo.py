"""An import is taken back: what it made goes, what it changed is as before, if still untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from app.crm.models import Account, Contact, Product
from app.events import Event
from app.identity.models import Notice
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.records.door import perform
from app.records.imports import undo_jobs
from app.records.imports.models import ImportRun
from app.records.imports.undo_jobs import undo_import
from tenants import standing_now
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_product
from tests.records.imports.conftest import allow, counts, living, run_of, sheet, stand, take_in

PEOPLE = {"Last": "last_name", "Firm": {"field": "account_id", "create_missing": True}}


def people(*rows: tuple[str, str]) -> bytes:
    return sheet(["Last", "Firm"], *rows)


def undo(person: Person, run: ImportRun) -> ImportRun:
    with person.workspace.acting(person) as by:
        return undo_import(run.id, by)


def test_what_was_made_goes_to_the_bin_and_what_was_made_along_with_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Old Ltd")
    run = take_in(alice, "contact", people(("A", "New Ltd"), ("B", "Old Ltd")), PEOPLE)
    undone = undo(alice, run)
    assert (undone.undo_done, undone.undo_left_out) == (3, 0)
    assert living(acme, Contact, Contact.name) == []
    assert living(acme, Account, Account.name) == ["Old Ltd"]
    with acme.scope() as session:
        gone = session.scalars(select(Contact).where(Contact.deleted_at.is_not(None))).all()
        assert {one.delete_batch_id for one in gone} == {undone.undone_by_id}
        told = session.scalars(select(Event.verb).where(Event.batch_id == undone.undone_by_id))
        assert list(told) == ["deleted"] * 3
        audit = session.scalars(select(Event.verb).where(Event.record_type == "import"))
        assert sorted(audit) == ["import_undone", "imported"]
    with acme.acting(alice) as by:
        record = by.session.scalars(select(Contact).where(Contact.last_name == "A")).one()
        with pytest.raises(Refused):  # Its firm is in the bin too.
            perform("contact", "restore", record, by=by)


def test_what_somebody_touched_since_stays_and_so_does_what_it_refers_to(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    rows = (("A", "New Ltd"), ("B", "Fresh Ltd"), ("C", "Other Ltd"), ("D", "Noted Ltd"))
    run = take_in(alice, "contact", people(*rows), PEOPLE)
    with acme.acting(alice) as by:
        by_name = {one.last_name: one for one in by.session.scalars(select(Contact))}
        perform("contact", "update", by_name["A"], by=by, title="Boss")
        make_activity(by, contact_id=by_name["C"].id)
        firms = {one.name: one for one in by.session.scalars(select(Account))}
        make_activity(by, account_id=firms["Noted Ltd"].id)
    undone = undo(alice, run)
    assert living(acme, Contact, Contact.last_name) == ["A", "C"]
    assert living(acme, Account, Account.name) == ["New Ltd", "Noted Ltd", "Other Ltd"]
    assert (undone.undo_done, undone.undo_left_out) == (3, 5)


def test_values_that_nobody_touched_since_are_as_before(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Drill", number="D-1", list_price="10", unit=None)
        make_product(by, "Saw", number="D-2", list_price="20")
    file = sheet(
        ["No", "Name", "Price"],
        ["D-1", "Drill 2", "11"],
        ["D-1", "Drill 3", "12"],
        ["D-2", "Saw 2", "21"],
        ["D-3", "New", ""],
        ["D-3", "New 2", ""],
    )
    columns = {"No": "number", "Name": "name", "Price": "list_price"}
    run = take_in(alice, "product", file, columns, mode="both", match_on="number")
    assert counts(run) == {"created": 1, "updated": 4}
    with acme.acting(alice) as by:
        saw = by.session.scalars(select(Product).where(Product.number == "D-2")).one()
        perform("product", "update", saw, by=by, list_price="30")
    undone = undo(alice, run)
    with acme.scope() as session:
        found = {
            one.number: (str(one.name), float(one.list_price or 0), one.deleted_at is None)
            for one in session.scalars(select(Product))
        }
    assert found == {
        "D-1": ("Drill", 10, True),
        "D-2": ("Saw", 30, True),
        "D-3": ("New 2", 0, False),
    }
    assert (undone.undo_done, undone.undo_left_out) == (3, 0)


def test_it_is_undone_once_within_thirty_days_and_not_while_it_runs(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    run = take_in(alice, "contact", people(("A", "")), PEOPLE)
    undo(alice, run)
    with pytest.raises(Refused, match="undone already"):
        undo(alice, run)
    late = take_in(alice, "contact", people(("A", "")), PEOPLE)
    clock.shift(timedelta(days=31))
    with pytest.raises(Refused, match="30 days"):
        undo(alice, late)
    file = sheet(["Last", "Owner"], ["A", "nobody"])
    nothing = take_in(alice, "contact", file, {"Last": "last_name", "Owner": "owner_id"})
    with pytest.raises(Refused, match="Nothing was changed"):
        undo(alice, nothing)


def test_only_who_began_it_or_reaches_all_of_it_undoes_it(
    acme: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    allow(acme, "sales_rep", "import")
    run = take_in(alice, "contact", people(("A", "")), PEOPLE)
    with pytest.raises(Missing):
        undo(bob, run)
    with charlie.workspace.acting(charlie) as by, pytest.raises(Missing):
        undo_import(run.id, by)
    own = take_in(
        bob,
        "contact",
        sheet(["Last", "Owner"], ["B", alice.email]),
        {
            "Last": "last_name",
            "Owner": "owner_id",
        },
    )
    assert undo(bob, own).undo_done == 1, "what they gave away by it comes back to nobody"
    allow(acme, "sales_rep", "delete", reach=None)
    other = take_in(bob, "contact", people(("C", "")), PEOPLE)
    with pytest.raises(NotPermitted):
        undo(bob, other)


def test_a_long_undoing_is_a_job_in_pieces_that_can_be_cancelled_and_begun_again(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo_jobs, "AT_ONCE", 3)
    monkeypatch.setattr(undo_jobs, "PIECE", 2)
    names = [(f"P{number}", f"Firm {number % 2}") for number in range(6)]
    run = take_in(alice, "contact", people(*names), PEOPLE)
    undo(alice, run)
    with pytest.raises(Refused, match="being undone"):
        undo(alice, run)
    run = run_of(acme, run.id)
    answer = alice.client.post(f"/work/{run.undone_by_id}/cancel")
    assert answer.status_code < 400
    worker.drain()
    assert len(living(acme, Contact, Contact.id)) == 6
    undo(alice, run)
    worker.drain()
    assert living(acme, Contact, Contact.id) == living(acme, Account, Account.id) == []
    assert run_of(acme, run.id).undo_done == 8
    with acme.scope() as session:
        deleted = session.scalars(select(Event.record_id).where(Event.verb == "deleted")).all()
        assert len(deleted) == len(set(deleted)) == 8, "none is taken back twice"


def test_an_undoing_stops_where_the_workspace_becomes_read_only_and_goes_on_by_itself(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    owner: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(undo_jobs, "AT_ONCE", 3)
    monkeypatch.setattr(undo_jobs, "PIECE", 2)
    monkeypatch.setattr(standing_now, "SECONDS", 0)
    take_back = undo_jobs.undo_piece

    def and_then_the_bill_is_due(run: ImportRun, by: Actor, size: int) -> bool:
        has_more = take_back(run, by, size)
        stand(owner, "past_due")
        return has_more

    run = take_in(alice, "contact", people(*((f"P{one}", "") for one in range(6))), PEOPLE)
    undo(alice, run)
    before = acme.facts.state.value
    try:
        with monkeypatch.context() as patched:
            patched.setattr(undo_jobs, "undo_piece", and_then_the_bill_is_due)
            worker.drain()
        clock.shift(timedelta(minutes=3))
        worker.drain()
        assert len(living(acme, Contact, Contact.id)) == 4, "it rests"
        page = alice.client.get(f"/work/{run_of(acme, run.id).undone_by_id}").text
        assert "Waits until the workspace is no longer read-only" in page
        with acme.scope() as session:
            told = session.scalars(select(Notice.text)).all()
        assert [one for one in told if "waits, as the workspace is read-only" in one] == [
            "The undoing of the import of people.csv waits, as the workspace is read-only. It goes"
            " on from there by itself."
        ]
    finally:
        stand(owner, before)
    clock.shift(timedelta(minutes=3))
    worker.drain()
    assert living(acme, Contact, Contact.id) == []
    found = run_of(acme, run.id)
    assert (found.undo_done, found.undo_left_out) == (6, 0)
    assert found.undone_at is not None
