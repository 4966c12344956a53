"""Rows that were left out as duplicates: listed with what they resemble, for whom may see it."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from app.crm.models import Contact
from app.identity.models import FieldRule, User
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.imports import twins
from app.records.imports.models import ImportRun
from tests.cast import Person, Workspace
from tests.factories import make_contact
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import counts, run_of, sheet, take_in

__all__ = ["program"]
COLUMNS = {"Last": "last_name", "First": "first_name", "Mail": "email"}
HEAD = ["Last", "First", "Mail", "Resembles", "Known by", "Link", "Row in the file"]


@pytest.fixture
def ann(acme: Workspace, alice: Person) -> str:
    """The id of somebody who is there already."""
    with acme.acting(alice) as by:
        return str(make_contact(by, "Archer", "Ann", email="ann@spruce.example").id)


@pytest.fixture
def run(alice: Person, ann: str) -> ImportRun:
    """An import of four rows of which three are left out."""
    file = sheet(
        ["Last", "First", "Mail"],
        ["Archer", "A.", "ANN@spruce.example"],
        ["Baker", "Ben", "ben@spruce.example"],
        ["Baker", "=B", "ben@spruce.example"],
        ["Bäcker", "Ben", "ben@spruce.example"],
    )
    made = take_in(alice, "contact", file, COLUMNS, duplicates="skip")
    assert counts(made) == {"created": 1, "duplicate": 3}
    return made


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def place(run: ImportRun) -> str:
    return f"/contacts/import/{run.id}"


def test_the_receipt_leads_to_a_table_of_them_with_what_they_resemble(
    alice: Person, run: ImportRun, ann: str
) -> None:
    receipt = alice.client.get(place(run)).text
    assert f'href="{place(run)}/left-out.csv"' in receipt
    answer = alice.client.get(f"{place(run)}/left-out.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *told = rows(answer.text)
    assert head == HEAD
    assert [row[:5] for row in told] == [
        ["Archer", "A.", "ANN@spruce.example", "Ann Archer", "Same e-mail"],
        ["Baker", "'=B", "ben@spruce.example", "Ben Baker", "Same e-mail"],
        ["Bäcker", "Ben", "ben@spruce.example", "Ben Baker", "Same e-mail"],
    ]
    assert told[0][5].endswith(f"/contacts/{ann}")
    assert [row[6] for row in told] == ["2", "4", "5"]


def test_the_answer_holds_them_by_api_too(
    alice: Person, bob: Person, run: ImportRun, program: Programs
) -> None:
    api = program(alice)
    told = api.get(f"imports/{run.id}").json
    assert told is not None
    assert told["duplicates"] == f"/api/v1/imports/{run.id}/duplicates"
    listed = api.get(f"imports/{run.id}/duplicates")
    assert rows(listed.text) == rows(alice.client.get(f"{place(run)}/left-out.csv").text)
    assert program(bob).get(f"imports/{run.id}/duplicates").status_code == 404
    assert bob.client.get(f"{place(run)}/left-out.csv").status_code in (403, 404)


def test_what_is_gone_since_is_not_named_and_a_row_of_the_file_stands_for_it(
    acme: Workspace, alice: Person, run: ImportRun
) -> None:
    with acme.acting(alice) as by:
        for one in by.session.scalars(select(Contact)):
            perform("contact", "delete", one, by=by)
    told = rows(alice.client.get(f"{place(run)}/left-out.csv").text)[1:]
    assert [row[3:6] for row in told] == [
        ["", "Same e-mail", ""],
        ["Row 3 of this file", "Same e-mail", ""],
        ["Row 3 of this file", "Same e-mail", ""],
    ]


def test_a_dry_run_lists_them_as_well_and_beginning_anew_forgets_them(
    acme: Workspace, alice: Person, ann: str
) -> None:
    file = sheet(["Last", "Mail"], ["Archer", "ann@spruce.example"], ["B", "b@b.example"])
    columns = {"Last": "last_name", "Mail": "email"}
    tried = take_in(alice, "contact", file, columns, duplicates="skip", is_dry_run=True)
    told = rows(alice.client.get(f"{place(tried)}/left-out.csv").text)
    assert told[1][2:4] == ["Ann Archer", "Same e-mail"]
    form = {"c0": "last_name", "c1": "email", "mode": "create", "duplicates": "create"}
    alice.client.post(place(tried), data={**form, "has0": "1", "has1": "1", "do": "start"})
    assert counts(run_of(acme, tried.id)) == {"created": 2}
    assert alice.client.get(f"{place(tried)}/left-out.csv").status_code == 404


def test_a_sign_whose_field_is_hidden_since_is_not_told(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        make_contact(by, "Archer", "Ann", email="ann@spruce.example")
    file = sheet(["Last", "Mail"], ["Archer", "ann@spruce.example"])
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        verbs = ("read", "create", "update", "import")
        write_rights(by, role, {("contact", one): Reach.OWN for one in verbs}, {})
    made = take_in(bob, "contact", file, {"Last": "last_name", "Mail": "email"}, duplicates="skip")
    assert counts(made) == {"duplicate": 1}
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(role_id=role.id, record_type="contact", field="email")
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()
    told = rows(bob.client.get(f"{place(made)}/left-out.csv").text)
    assert told[1][2:4] == ["Ann Archer", ""]


def test_very_many_are_looked_up_some_at_a_time(
    alice: Person, run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = alice.client.get(f"{place(run)}/left-out.csv").text
    monkeypatch.setattr(twins, "AT_ONCE", 1)
    assert alice.client.get(f"{place(run)}/left-out.csv").text == whole
