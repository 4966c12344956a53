"""Rows of a file become new records, checked as a form's, each telling what stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, Contact, Product
from app.crm.models.activity import ActivityLink
from app.events import Event
from app.kernel.errors import Refused
from app.records.many import Sent, send_new
from app.records.model import Record
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.imports.conftest import counts, living, mapped, sheet, take_in, why

PEOPLE = {"Last": "last_name", "First": "first_name", "Mail": "email", "Phone": "phone"}


def test_rows_become_records_with_an_event_each(acme: Workspace, alice: Person) -> None:
    file = sheet(
        ["Last", "First", "Mail", "Phone"],
        ["陈", "思远", "Siyuan@Example.COM", "+86 138 0004 5678"],
        ["Archer", "Ann", "ann@example.com", ""],
    )
    run = take_in(alice, "contact", file, PEOPLE)
    assert counts(run) == {"created": 2}
    assert run.state == "done"
    assert living(acme, Contact, Contact.name, Contact.email, Contact.phone) == [
        ("Ann Archer", "ann@example.com", None),
        ("陈思远", "Siyuan@example.com", "+8613800045678"),
    ]
    with acme.scope() as session:
        events = session.scalars(select(Event).where(Event.batch_id == run.id)).all()
        assert {(one.record_type, one.verb, one.via) for one in events} == {
            ("contact", "created", "import")
        }
        assert {one.actor_id for one in events} == {alice.user_id}
        people = session.scalars(select(Contact)).all()
        assert all(one.search_text and one.search_grams and one.name_sort for one in people)
        assert {one.owner_id for one in people} == {alice.user_id}


def test_a_row_with_several_faults_is_told_all_of_them_each_at_its_column(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(
        ["Last", "Mail", "Phone", "Firm", "Owner", "Created"],
        ["Archer", "not an address", "12", "Nowhere", "Nobody", "2031-01-01"],
        ["Baker", "ben@", "+86 138 0004 5678", "", "", "someday"],
        ["Cook", "cleo@example.com", "", "", "", ""],
    )
    columns = {
        "Last": "last_name",
        "Mail": "email",
        "Phone": "phone",
        "Firm": "account_id",
        "Owner": "owner_id",
        "Created": "created_at",
    }
    run = take_in(alice, "contact", file, columns)
    assert counts(run) == {"created": 1, "failed": 2}
    told = why(alice, run)
    assert set(told[2]) == {"Mail", "Phone", "Firm", "Owner", "Created"}
    assert told[2]["Firm"] == "There is no such record."
    assert told[2]["Created"] == "This moment is still to come."
    assert set(told[3]) == {"Mail", "Created"}
    firms = sheet(["Name", "Mail", "Owner"], ["", "hello@", "Nobody"])
    run = take_in(alice, "account", firms, {"Name": "name", "Mail": "email", "Owner": "owner_id"})
    assert why(alice, run)[2] == {
        "Name": "Please fill in this field.",
        "Mail": "Enter an e-mail address like name@example.com.",
        "Owner": "There is no such record.",
    }


def test_for_a_row_that_fails_nothing_is_made_along_and_nothing_said_of_what_would_be(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(
        ["Last", "Mail", "Firm", "Tags", "Created"],
        ["Archer", "not an address", "New Firm", "fresh", "2031-01-01"],
    )
    columns = {
        "Last": "last_name",
        "Mail": "email",
        "Firm": {"field": "account_id", "create_missing": True},
        "Tags": "tags",
        "Created": "created_at",
    }
    run = take_in(alice, "contact", file, columns)
    assert counts(run) == {"failed": 1}
    assert set(why(alice, run)[2]) == {"Mail", "Created"}
    assert living(acme, Account, Account.name) == []


def test_a_row_that_updates_and_fails_is_told_only_what_its_own_cells_say(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Archer", email="ann@example.com")
    file = sheet(
        ["Mail", "Phone", "Owner"], ["ann@example.com", "12", "Nobody"], ["ann@example.com", "", ""]
    )
    columns = {"Mail": "email", "Phone": "phone", "Owner": "owner_id"}
    run = take_in(alice, "contact", file, columns, mode="update", match_on="email")
    assert counts(run) == {"skipped": 1, "failed": 1}
    assert set(why(alice, run)[2]) == {"Phone", "Owner"}


def test_a_row_that_does_not_fit_is_told_by_line_and_column_and_the_others_come_in(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(
        ["Last", "First", "Mail", "Phone"],
        ["Archer", "Ann", "not an address", ""],
        ["", "", "nobody@example.com", ""],
        ["Baker", "Ben", "ben@example.com", "12"],
        ["Cook", "Cleo", "cleo@example.com", ""],
    )
    run = take_in(alice, "contact", file, PEOPLE)
    assert counts(run) == {"created": 1, "failed": 3}
    assert why(alice, run) == {
        2: {"Mail": "Enter an e-mail address like name@example.com."},
        3: {"Last": "Give at least one name."},
        4: {
            "Phone": "Enter a whole phone number, with its country code when abroad."
            " Extension: x123."
        },
    }
    assert living(acme, Contact, Contact.name) == ["Cleo Cook"]


def test_a_reference_is_found_by_name_mail_or_id_and_made_when_asked(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "北风贸易有限公司", email="hello@beifeng.example")
        make_account(by, "Twin Ltd")
        make_account(by, "TWIN LTD")
        firm_id = str(firm.id)
    file = sheet(
        ["Last", "Firm", "Owner"],
        ["A", "北风贸易有限公司", "bob@acme.example"],
        ["B", firm_id, "Bob Baker"],
        ["C", "HELLO@beifeng.example", ""],
        ["D", "New Firm", ""],
        ["E", "new  firm", ""],
        ["F", "Twin Ltd", ""],
        ["G", "", "somebody@acme.example"],
    )
    columns = {
        "Last": "last_name",
        "Firm": {"field": "account_id", "create_missing": True},
        "Owner": "owner_id",
    }
    run = take_in(alice, "contact", file, columns)
    assert counts(run) == {"created": 5, "failed": 2}
    assert why(alice, run) == {
        7: {"Firm": "Several are called “Twin Ltd”. Give the id or the e-mail."},
        8: {"Owner": "There is no such record."},
    }
    with acme.scope() as session:
        rows = session.execute(
            select(Contact.last_name, Account.name, Contact.owner_id)
            .join(Account, Account.id == Contact.account_id)
            .order_by(Contact.last_name)
        ).all()
        made = session.scalars(select(Event).where(Event.record_type == "account"))
        batches = {one.changes["name"][1]: one.batch_id for one in made}
    assert [tuple(row) for row in rows] == [
        ("A", "北风贸易有限公司", bob.user_id),
        ("B", "北风贸易有限公司", bob.user_id),
        ("C", "北风贸易有限公司", alice.user_id),
        ("D", "New Firm", alice.user_id),
        ("E", "New Firm", alice.user_id),
    ]
    assert batches["New Firm"] == run.id


def test_without_asking_no_record_is_made_along(acme: Workspace, alice: Person) -> None:
    file = sheet(["Last", "Firm"], ["A", "Nobody Ltd"])
    run = take_in(alice, "contact", file, {"Last": "last_name", "Firm": "account_id"})
    assert why(alice, run) == {2: {"Firm": "There is no such record."}}
    assert living(acme, Account, Account.name) == []


def test_activities_keep_their_links_and_their_moments(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce Ltd")
        person = make_contact(by, "Archer", "Ann", email="ann@spruce.example", account_id=firm.id)
        firm_id, person_id = firm.id, person.id
    file = sheet(
        ["What", "Text", "When", "Who", "Firm", "Next"],
        ["Note", "Met at the fair", "2024-03-05 14:30", "ann@spruce.example", "", ""],
        ["Follow-up", "Called back", "05.03.2024 09:00", "", "Spruce Ltd", "6.4.2030"],
        ["Follow-up", "Called again", "07.03.2024 09:00", "", "Spruce Ltd", "7.4.2030"],
    )
    columns = {
        "What": "kind",
        "Text": "body",
        "When": {"field": "done_at", "dates": "dmy"},
        "Who": "contact_id",
        "Firm": "account_id",
        "Next": {"field": "next_at", "dates": "dmy"},
    }
    run = take_in(alice, "activity", file, columns)
    assert counts(run) == {"created": 3}, why(alice, run)
    with acme.scope() as session:
        note = session.scalars(select(Activity).where(Activity.kind == "note")).one()
        assert note.done_at.isoformat() == "2024-03-05T14:30:00+00:00"
        assert note.at == note.done_at
        assert note.account_id == firm_id
        linked = session.scalars(
            select(ActivityLink.record_id).where(ActivityLink.activity_id == note.id)
        )
        assert set(linked) == {firm_id, person_id}
        planned = session.scalars(
            select(Activity).where(Activity.due_at.is_not(None), Activity.done_at.is_(None))
        ).all()
        assert [one.due_at.isoformat() for one in planned] == ["2030-04-07T22:59:59.999999+00:00"]
        account = session.get_one(Account, firm_id)
        assert account.last_activity_at.isoformat() == "2024-03-07T09:00:00+00:00"
        assert account.next_step_at == planned[0].due_at


def test_numbers_dates_choices_and_templates_are_read_as_people_write_them(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(
        ["Code", "Price", "Kind", "Tags"],
        ["7", "£ 1.234,50", "服务", "Fragile; New"],
        ["", "3", "", ""],
    )
    columns = {
        "Code": {"field": "name", "template": "Product {Code}", "default": "Nameless"},
        "Price": {"field": "list_price", "decimal": ","},
        "Kind": "kind",
        "Tags": "tags",
    }
    run = take_in(alice, "product", file, columns)
    assert counts(run) == {"created": 2}, why(alice, run)
    with acme.scope() as session:
        rows = session.scalars(select(Product).order_by(Product.list_price)).all()
        assert [str(one.name) for one in rows] == ["Nameless", "Product 7"]
        assert [float(one.list_price or 0) for one in rows] == [3, 1234.5]
        assert [one.kind for one in rows] == ["goods", "service"]
        assert rows[1].tags == ("fragile", "new")


def test_of_two_rows_with_one_number_the_second_fails(acme: Workspace, alice: Person) -> None:
    file = sheet(["No", "Name"], ["P-1", "One"], ["p-1", "Other"], ["P-2", "Two"])
    run = take_in(alice, "product", file, {"No": "number", "Name": "name"})
    assert why(alice, run) == {3: {"No": "Another record has this already."}}
    again = take_in(alice, "product", file, {"No": "number", "Name": "name"})
    assert why(alice, again) == {
        2: {"No": "One has this already."},
        3: {"No": "One has this already."},
        4: {"No": "Two has this already."},
    }


def test_of_rows_that_share_a_text_the_first_counts(acme: Workspace, alice: Person) -> None:
    file = sheet(["Id", "Place"], ["1", "Leeds"], ["1", "York"], ["", "Hull"], ["2", "Bath"])
    columns = {"Id": {"field": "name", "template": "Customer {Id}"}, "Place": "city"}
    run = take_in(alice, "account", file, columns, distinct_by="Id")
    assert counts(run) == {"created": 2, "skipped": 2}
    assert living(acme, Account, Account.name, Account.city) == [
        ("Customer 1", "Leeds"),
        ("Customer 2", "Bath"),
    ]


def test_a_trial_keeps_nothing_but_its_counts_and_can_be_followed_by_the_import(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(["Last", "Mail", "Tags"], ["A", "a@example.com", "new"], ["B", "b", ""])
    columns = {"Last": "last_name", "Mail": "email", "Tags": "tags"}
    run = take_in(alice, "contact", file, columns, is_dry_run=True)
    assert counts(run) == {"created": 1, "failed": 1}
    assert list(why(alice, run)) == [3]
    assert living(acme, Contact, Contact.name) == []
    with acme.scope() as session:
        assert session.scalars(select(Event).where(Event.batch_id == run.id)).all() == []


def test_a_row_that_the_database_refuses_leaves_out_itself_alone(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(kind: Any, records: Sequence[Record], *rest: Any) -> Sent:
        for one in records:
            if one.__dict__["last_name"] == "L66":
                one.__dict__["email"] = "x" * 300  # What no check of ours lets through.
        return send_new(kind, records, *rest)

    monkeypatch.setattr("app.records.imports.chunk.send_new", write)
    file = sheet(["Last"], *([f"L{number}"] for number in range(120)))
    run = take_in(alice, "contact", file, {"Last": "last_name"})
    assert counts(run) == {"created": 119, "failed": 1}
    assert list(why(alice, run)) == [68]
    assert len(living(acme, Contact, Contact.last_name)) == 119


def test_numbers_are_of_the_country_of_their_row_then_of_their_column_then_ours(
    acme: Workspace, alice: Person
) -> None:
    rows = (
        ["A", "France", "01 42 68 53 00"],
        ["B", "", "(212) 555-2368"],
        ["C", "", "020 7946 0111"],
        ["D", "China", "+81 3 3224 9999"],
        ["E", "", "nonsense"],
    )
    file = sheet(["Name", "Country", "Phone"], *rows)
    phone = {"field": "phone", "country": "US"}
    run = take_in(alice, "account", file, {"Name": "name", "Country": "country", "Phone": phone})
    assert living(acme, Account, Account.name, Account.phone) == [
        ("A", "+33142685300"),
        ("B", "+12125552368"),
        ("C", "+442079460111"),
        ("D", "+81332249999"),
    ]
    assert list(why(alice, run)[6]) == ["Phone"]


def test_a_record_is_found_by_a_number_of_another_country(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Rue Roofs", phone="+33 1 42 68 53 00")
    file = sheet(["Phone", "City"], ["01 42 68 53 00", "Paris"])
    columns = {"Phone": {"field": "phone", "country": "FR"}, "City": "city"}
    run = take_in(alice, "account", file, columns, mode="update", match_on="phone")
    assert counts(run) == {"updated": 1}
    with pytest.raises(Refused) as refused:
        mapped({"Phone": {"field": "phone", "country": "France"}})
    assert "columns.0.country" in refused.value.errors
