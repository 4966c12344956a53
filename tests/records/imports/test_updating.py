"""Rows find the records that they mean: by number, address, name or id; duplicates are met."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.crm.models import Account, Contact, Product
from app.events import Event
from app.records.imports.match import waves
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_product
from tests.records.imports.conftest import allow, counts, living, sheet, take_in, why


def test_rows_update_the_record_that_they_name_and_only_what_they_say(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        kept = make_account(by, "Spruce", phone="+442079460123", city="Leeds")
        kept_id, version = kept.id, kept.version
    file = sheet(
        ["Phone", "City", "Website", "Name"],
        ["020 7946 0123", "York", "", "Spruce"],
        ["020 7946 0999", "Bath", "", "Pine"],
        ["", "Hull", "", "Oak"],
    )
    columns = {"Phone": "phone", "City": "city", "Website": "website", "Name": "name"}
    run = take_in(alice, "account", file, columns, mode="update", match_on="phone")
    assert counts(run) == {"updated": 1, "failed": 2}
    assert set(why(alice, run)) == {3, 4}
    assert why(alice, run)[3] == {"Phone": "There is no such record to update."}
    with acme.scope() as session:
        found = session.get_one(Account, kept_id)
        assert (found.city, found.name, found.version) == ("York", "Spruce", version + 1)
        assert "york" in found.search_text
        assert found.city_sort == "york"
        event = session.scalars(select(Event).where(Event.batch_id == run.id)).one()
        assert (event.verb, event.changes) == ("updated", {"city": ["Leeds", "York"]})


@pytest.mark.parametrize("key", ["id", "email", "name", "phone"])
def test_any_of_these_finds_a_record(acme: Workspace, alice: Person, key: str) -> None:
    with acme.acting(alice) as by:
        found = make_account(by, "北风 Ltd", email="hi@beifeng.example", phone="+8613800045678")
        text = {"id": str(found.id), "email": "HI@beifeng.example", "name": "北风  ltd"}
    file = sheet(["Key", "City"], [text.get(key, "138-0004-5678"), "上海"])
    columns = {"Key": {"field": key}, "City": "city"}
    run = take_in(alice, "account", file, columns, mode="update", match_on=key)
    if key == "phone":  # Of a house in another country its code belongs to it.
        assert counts(run) == {"failed": 1}
        return
    assert counts(run) == {"updated": 1}, why(alice, run)
    assert living(acme, Account, Account.name, Account.city) == [("北风 Ltd", "上海")]


def test_rows_make_what_is_not_there_and_change_what_is_within_one_file(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Drill", number="D-1")
    file = sheet(
        ["No", "Name", "Price"],
        ["d-1", "Drill 2", "10"],
        ["D-2", "Saw", "5"],
        ["D-2", "Saw 2", ""],
        ["d-2", "Saw 3", ""],
        ["", "Nameless number", ""],
    )
    columns = {"No": "number", "Name": "name", "Price": "list_price"}
    run = take_in(alice, "product", file, columns, mode="both", match_on="number")
    assert counts(run) == {"created": 2, "updated": 3}, why(alice, run)
    with acme.scope() as session:
        found = {one.number: str(one.name) for one in session.scalars(select(Product))}
        assert found == {"D-1": "Drill 2", "D-2": "Saw 3", None: "Nameless number"}
        saw = session.scalars(select(Product).where(Product.number == "D-2")).one()
        assert (saw.version, saw.list_price) == (3, 5)
    again = take_in(alice, "product", file, columns, mode="both", match_on="number")
    assert counts(again) == {"updated": 3, "skipped": 1, "created": 1}


def test_of_several_records_that_match_none_is_changed(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Twin")
        make_account(by, "Twin")
    file = sheet(["Name", "City"], ["twin", "Leeds"])
    columns = {"Name": "name", "City": "city"}
    run = take_in(alice, "account", file, columns, mode="both", match_on="name")
    assert why(alice, run) == {2: {"Name": "Several records match this."}}
    assert living(acme, Account, Account.city) == [None, None]


def test_what_is_out_of_reach_or_hidden_is_neither_changed_nor_found(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    allow(acme, "sales_rep", "import")
    with acme.acting(alice) as by:
        make_account(by, "Alices", email="a@x.example")
    with acme.acting(bob) as by:
        make_account(by, "Bobs", email="b@x.example")
    file = sheet(["Mail", "City"], ["a@x.example", "York"], ["b@x.example", "York"])
    columns = {"Mail": "email", "City": "city"}
    run = take_in(bob, "account", file, columns, mode="update", match_on="email")
    assert counts(run) == {"updated": 1, "failed": 1}
    assert living(acme, Account, Account.name, Account.city) == [("Alices", None), ("Bobs", "York")]


def test_waves_keep_rows_of_one_key_apart() -> None:
    assert waves(["a", "b", "a", "", "", "a"]) == [[0, 1, 3, 4], [2], [5]]


DUPLICATES = {"Last": "last_name", "First": "first_name", "Mail": "email", "Title": "title"}


@pytest.mark.parametrize(
    ("choice", "expected", "titles"),
    [
        ("create", {"created": 3}, ["", "Boss", "Buyer", "Chief"]),
        ("skip", {"created": 1, "duplicate": 2}, ["", "Buyer"]),
        ("update", {"created": 1, "updated": 2}, ["Boss", "Chief"]),
    ],
)
def test_a_row_that_is_there_already_is_made_left_out_or_changes_what_stands(
    acme: Workspace, alice: Person, choice: str, expected: dict[str, int], titles: list[str]
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Archer", "Ann", email="ann@spruce.example")
    file = sheet(
        ["Last", "First", "Mail", "Title"],
        ["Archer", "Ann", "ANN@spruce.example", "Boss"],
        ["Baker", "Ben", "ben@spruce.example", "Buyer"],
        ["Baker", "Ben", "ben@spruce.example", "Chief"],
    )
    run = take_in(alice, "contact", file, DUPLICATES, duplicates=choice)
    assert counts(run) == expected, why(alice, run)
    assert sorted(one or "" for one in living(acme, Contact, Contact.title)) == titles


NAMESAKES = {**DUPLICATES, "Phone": "phone", "Firm": "account_id"}


def test_people_of_one_name_are_all_taken_in_where_nothing_else_makes_them_one(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Spruce")
        make_contact(by, "Archer", "Ann")
    one = ["Archer", "Ann"]
    file = sheet(
        ["Last", "First", "Mail", "Phone", "Title", "Firm"],
        [*one, "", "", "Of no firm", ""],
        [*one, "", "", "Of none either", ""],
        [*one, "a1@spruce.example", "020 7946 0101", "Here", "Spruce"],
        [*one, "a2@spruce.example", "020 7946 0102", "Somebody else here", "Spruce"],
        [*one, "a3@spruce.example", "", "Whoever of the two", "Spruce"],
        [*one, "", "020 7946 0102", "The second again", "Spruce"],
    )
    run = take_in(alice, "contact", file, NAMESAKES, duplicates="skip")
    assert counts(run) == {"created": 4, "duplicate": 2}, why(alice, run)
    again = take_in(alice, "contact", file, NAMESAKES, duplicates="skip")
    assert counts(again) == {"created": 2, "duplicate": 4}, why(alice, again)
