"""A whole name in one column becomes the surname and the given name that a contact keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.crm.models import Contact
from app.kernel.actor import FieldAccess
from app.kernel.errors import Refused
from app.records.imports.begin import begin_import
from app.records.imports.guessing.guess import guess
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.records.imports.conftest import (
    allow,
    counts,
    give,
    living,
    mapped,
    sheet,
    take_in,
    why,
)

PARTS = (Contact.last_name, Contact.first_name)
NAMED = {"姓名": "name", "E-mail": "email"}
HEAD = ("姓名", "E-mail")


def test_names_are_told_apart_by_the_habit_of_their_script(acme: Workspace, alice: Person) -> None:
    file = sheet(HEAD, ("欧阳修远", ""), ("陈思远", ""), ("Olivia Chen", ""), ("Zoë", ""))
    run = take_in(alice, "contact", file, NAMED)
    assert counts(run) == {"created": 4}
    assert set(living(acme, Contact, *PARTS)) == {
        ("欧阳", "修远"), ("陈", "思远"), ("Chen", "Olivia"), ("Zoë", None),
    }  # fmt: skip


def test_a_column_of_its_own_knows_better_than_the_whole_name(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(("Name", "Surname"), ("Maria Garcia Lopez", "Garcia Lopez"), ("Ann Archer", ""))
    take_in(alice, "contact", file, {"Name": "name", "Surname": "last_name"})
    found = set(living(acme, Contact, *PARTS))
    assert found == {("Garcia Lopez", "Maria Garcia"), ("Archer", "Ann")}


def test_a_name_that_finds_its_record_does_not_change_it(acme: Workspace, alice: Person) -> None:
    take_in(alice, "contact", sheet(HEAD, ("Anna Maria", "")), {"姓名": "last_name"})
    file = sheet(HEAD, ("anna maria", "anna@acme.example"), ("陈思远", "chen@acme.example"))
    run = take_in(alice, "contact", file, NAMED, mode="both", match_on="name")
    assert counts(run) == {"created": 1, "updated": 1}
    found = living(acme, Contact, *PARTS, Contact.email)
    assert set(found) == {
        ("Anna Maria", None, "anna@acme.example"), ("陈", "思远", "chen@acme.example"),
    }  # fmt: skip
    run = take_in(alice, "contact", file, NAMED, mode="update", match_on="name")
    assert counts(run) == {"skipped": 2}


def test_what_stands_against_a_part_is_told_at_the_column_of_the_name(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(HEAD, (f"Ann {'A' * 81}", ""), ("Ben Baker", ""))
    run = take_in(alice, "contact", file, NAMED)
    assert counts(run) == {"created": 1, "failed": 1}
    assert set(why(alice, run)[2]) == {"姓名"}


def test_who_may_not_write_a_part_can_t_give_the_whole(acme: Workspace, bob: Person) -> None:
    allow(acme, "sales_rep", "import")
    with acme.acting(bob) as by:
        rights = replace(by.rights, fields={("contact", "first_name"): FieldAccess.READ})
        narrow = replace(by, rights=rights)
        contact = tailored("contact", narrow)
        run = give(narrow, "contact", sheet(HEAD, ("陈思远", "")))
        with pytest.raises(Refused) as refused:
            begin_import(run, mapped({"姓名": "name"}), narrow)
        assert str(refused.value.errors["columns.0.field"]) == (
            "Your role may not change this field."
        )
        assert [one.column.field for one in guess(contact, ["姓名"], [], narrow)] == [None]


def test_a_name_is_offered_as_what_it_becomes(alice: Person) -> None:
    answer = alice.client.post("/contacts/import", data={"pasted": "姓名\t电话\n陈思远\t\n"})
    html = alice.client.get(answer.location).text
    assert '<option value="name" selected>Full name: Last name and First name</option>' in html
