"""A list as a file: which rows, which columns, what stands in the cells, and who may."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import Engine, select

from app.events import Event
from app.identity.models import FieldRule, Role
from app.kernel import clock
from app.kernel.ids import new_id
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.tailored import tailored
from app.web.sheets import FORMULA, plain_cell, safe_cell
from tenants import resolve
from tenants.facts import State
from tenants.lifecycle import set_state
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact, make_product
from tests.records.exports.conftest import allow, cells_of, export, rows_of

# The name of a column that is left out of the table where there is little room.
WIDE_ONLY = re.compile(
    r'<th scope="col" data-col="[^"]*" class="[^"]*wide-only[^>]*>\s*<a[^>]*>([^<]+)'
)


def test_a_list_comes_at_once_as_it_is_shown(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for name, city in (("Gate Ltd", "Leeds"), ("Arch Ltd", "Leeds"), ("Wall Ltd", "York")):
            make_account(by, name, city=city)
    answer = export(alice, list="city=Leeds&sort=name&cols=name,city")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"\xef\xbb\xbfName,City,ID\r\n")
    rows = rows_of(answer.data)
    assert [row["City"] for row in rows] == ["Leeds", "Leeds"]
    assert [next(iter(row.values())) for row in rows] == ["Arch Ltd", "Gate Ltd"]


def test_the_question_says_how_many_rows_go_out(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        made = [make_account(by, f"Firm {n}").id for n in range(3)]
    assert "Export 3 accounts" in alice.client.get("/accounts/export").text
    asked = alice.client.post(
        "/accounts/export/ask", data={"id": [str(made[0]), str(made[2])], "list": ""}
    ).text
    assert "Export 2 accounts" in asked
    hidden = re.search(r'name="id" value="([^"]*)"', asked)
    assert hidden is not None
    rows = rows_of(export(alice, id=hidden[1]).data)
    assert {row["ID"] for row in rows} == {str(made[0]), str(made[2])}
    whole = alice.client.post(
        "/accounts/export/ask", data={"id": str(made[0]), "all": "1", "list": ""}
    ).text
    assert "Export 3 accounts" in whole


def test_nothing_is_exported_of_nothing(alice: Person) -> None:
    asked = alice.client.get("/accounts/export")
    assert "There is nothing to export here." in asked.text
    assert re.search(r'type="submit" disabled', asked.text)
    answer = export(alice)
    assert answer.status_code == 422
    assert "There is nothing to export here." in answer.text


def test_an_unknown_format_is_refused_beside_what_was_chosen(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by)
    answer = export(alice, shape="exe", columns="every")
    assert answer.status_code == 422
    assert "Choose one of the formats." in answer.text
    assert re.search(r'value="every" checked', answer.text)


def test_a_filter_that_makes_no_sense_is_told(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by)
    assert alice.client.get("/accounts/export?nonsense=1").status_code == 422
    assert export(alice, list="nonsense=1").status_code == 422


@pytest.mark.parametrize("sort", ["name", "-name", "-created_at", "industry", "owner_id"])
def test_rows_stand_in_the_order_of_the_list(acme: Workspace, alice: Person, sort: str) -> None:
    with acme.acting(alice) as by:
        for name in ("Bridge", "Arch", "Court"):
            make_account(by, name)
    shown = alice.client.get(f"/accounts?sort={sort}").text
    names = re.findall(r'class="who-name"[^>]*>(?:<[^>]*>)*([A-Z][a-z]+)', shown)
    rows = rows_of(export(alice, list=f"sort={sort}").data)
    assert len(names) == 3
    assert [next(iter(row.values())) for row in rows] == names


def test_references_amounts_choices_and_dates_go_out_as_people_and_programs_read_them(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Gate Ltd")
        make_contact(by, "Baker", "Ann", account_id=str(firm.id), phone="+442079460123")
        make_product(by, {"en": "Drill", "zh-CN": "电钻"}, list_price="1280.5", tax_rate="13")
        make_activity(by, kind="task", subject="Ring", due_at="2026-07-01T09:30:00Z")
        firm_id = str(firm.id)
    (contact,) = rows_of(export(alice, "contacts", columns="every").data)
    assert (contact["Account"], contact["Account (ID)"]) == ("Gate Ltd", firm_id)
    assert contact["Phone"] == "'+442079460123"
    assert plain_cell(contact["Phone"]) == "+442079460123"
    (product,) = rows_of(export(alice, "products", columns="every").data)
    assert (product["Name"], product["Name (English)"], product["Name (简体中文)"]) == (
        "Drill",
        "Drill",
        "电钻",
    )
    assert (product["List price"], product["List price (currency)"]) == ("1280.50", "GBP")
    assert product["Tax rate"] == "13"
    (task,) = rows_of(export(alice, "activities", columns="every").data)
    assert task["Kind"] == "Task"
    assert task["Due"] == "2026-07-01T10:30:00+01:00"


def test_labels_and_names_are_in_the_language_of_who_asks(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_activity(by, kind="task", subject="Ring", due_at="2026-07-01T09:30:00Z")
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    (task,) = rows_of(export(alice, "activities", columns="every").data)
    assert "任务" in task.values()
    assert "Kind" not in task


@pytest.mark.parametrize("number", ["-5", "-1,234.50", "-12.5%"])
def test_a_negative_number_stays_one(number: str) -> None:
    assert safe_cell(number) == number
    assert plain_cell(number) == number
    assert safe_cell(f"{number}+1") == f"'{number}+1"


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_is_a_formula(acme: Workspace, alice: Person, sign: str) -> None:
    assert safe_cell(f"{sign}1+1") == f"'{sign}1+1"
    for text in (f"{sign}1+1", f"'{sign}1", f"''{sign}", "'plain", "a=b", ""):
        assert plain_cell(safe_cell(text)) == text
    if not sign.strip("\0\t\r\n"):
        return  # Such signs at the ends of a text are not kept at all.
    with acme.acting(alice) as by:
        make_account(by, f"{sign}HYPERLINK(1)")
        make_account(by, f"'{sign}1", city=f"{sign}1")
    raw = export(alice, columns="every", list="sort=name").data
    names = {next(iter(row.values())) for row in rows_of(raw)}
    assert names == {f"'{sign}HYPERLINK(1)", f"''{sign}1"}
    assert {plain_cell(one) for one in names} == {f"{sign}HYPERLINK(1)", f"'{sign}1"}
    book = export(alice, shape="xlsx", columns="every").data
    assert {row[0] for row in cells_of(book)[1:]} == {f"{sign}HYPERLINK(1)", f"'{sign}1"}


def test_the_names_of_own_fields_are_no_formulas_and_stand_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for label in ("=cmd()", "Owner (ID)"):
            define_field(by, tailored("account", by), "text", Wish({"en": label}))
    with acme.acting(alice) as by:
        make_account(by, city="Leeds")
    (row,) = rows_of(export(alice, columns="every").data)
    assert "'=cmd()" in row
    assert row["Owner (ID)"] == str(alice.user_id)
    assert [name for name in row if name.startswith("Owner (ID)")][1:] == [
        "Owner (ID) (x_owner_id)"
    ]


def test_a_workbook_holds_real_dates_and_numbers_under_a_head_that_stays(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Drill", list_price="5.25")
        make_activity(by, kind="task", subject="Ring", due_at="2026-07-01T09:30:00Z")
    answer = export(alice, "products", shape="xlsx", columns="every")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    head, row = cells_of(answer.data)
    assert row[head.index("List price")] == "5.25"
    book = export(alice, "activities", shape="xlsx", columns="every").data
    head, row = cells_of(book)
    # Days since 1900 on the clock of London, where it is an hour later in summer.
    assert abs(float(row[head.index("Due")]) - 46204.4375) < 1e-6


def test_a_full_sheet_goes_on_in_a_second_one(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.exports.xlsx_file.MOST_ROWS", 2)
    with acme.acting(alice) as by:
        for n in range(3):
            make_account(by, f"Firm {n}")
    raw = export(alice, shape="xlsx", list="sort=name").data
    assert [row[0] for row in cells_of(raw, 1)[1:]] == ["Firm 0", "Firm 1"]
    first, second = cells_of(raw, 1), cells_of(raw, 2)
    assert second[0] == first[0]
    assert [row[0] for row in second[1:]] == ["Firm 2"]


def test_what_xml_can_not_hold_is_left_out_of_a_workbook(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Gate\uffff Ltd")
    raw = export(alice, shape="xlsx").data
    assert cells_of(raw)[1][0] == "Gate Ltd"


def test_whoever_may_not_export_is_offered_nothing_and_gets_nothing(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(bob) as by:
        made = str(make_account(by, "Secret Ltd").id)
    for person in (bob, dora):
        assert "/accounts/export" not in person.client.get("/accounts").text
        assert person.client.get("/accounts/export").status_code == 403
        assert person.client.post("/accounts/export/ask", data={"id": made}).status_code == 403
        answer = export(person, id=made)
        assert answer.status_code == 403
        assert "Secret" not in answer.text
    assert "/accounts/export" in alice.client.get("/accounts").text


def test_only_rows_in_reach_and_fields_that_may_be_read_go_out(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Far Ltd", phone="+442079460123")
    with acme.acting(bob) as by:
        make_account(by, "Near Ltd", phone="+442079460124", city="Leeds")
    allow(acme, "sales_rep", "export")
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        session.add(FieldRule(role_id=role.id, record_type="account", field="phone", access=0))
        role.stamp = new_id()
    for columns in ("every", "shown"):
        (row,) = rows_of(export(bob, columns=columns, list="cols=name,phone,city").data)
        assert "Near Ltd" in row.values()
        assert "Phone" not in row
        assert row["City"] == "Leeds"
    assert export(bob, list="phone__contains=123").status_code == 422


def test_an_export_reaches_no_further_than_the_right_to_export(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    allow(acme, "viewer", "export", reach=1)
    with acme.acting(alice) as by:
        make_account(by, "Far Ltd")
        make_account(by, "Near Ltd", owner_id=str(dora.user_id))
    asked = dora.client.get("/accounts/export").text
    assert "Export 1 account" in asked
    assert "1 more is left out: your role does not let you export it." in asked
    (row,) = rows_of(export(dora).data)
    assert "Near Ltd" in row.values()


def test_a_reference_to_what_may_not_be_opened_is_not_told(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Far Ltd")
        make_contact(by, "Baker", account_id=str(firm.id), owner_id=str(bob.user_id))
        firm_id = str(firm.id)
    allow(acme, "sales_rep", "export", kind="contact")
    raw = export(bob, "contacts", columns="every").data
    (row,) = rows_of(raw)
    assert (row["Account"], row["Account (ID)"]) == ("", "")
    assert firm_id.encode() not in raw


def test_the_audit_tells_how_much_of_what_went_out_and_nothing_that_was_looked_for(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Gate Ltd", city="Leeds")
    export(alice, list="city=Leeds")
    with acme.scope() as session:
        (event,) = session.scalars(select(Event).where(Event.record_type == "export"))
    assert (event.verb, event.actor_id) == ("exported", alice.user_id)
    assert event.changes == {
        "record_type": [None, "account"],
        "rows": [None, 1],
        "format": [None, "csv"],
    }
    page = alice.client.get("/settings/audit?type=export").text
    assert "Exported" in page
    assert "Accounts" in page
    assert "Leeds" not in page


def test_an_export_stays_possible_where_nothing_may_be_changed(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Gate Ltd")
    for state in (State.PAST_DUE, State.SUSPENDED):
        set_state(owner, "acme", state, "put", now=clock.now())
        resolve.forget()
        assert "Export 1 account" in alice.client.get("/accounts/export").text
        assert len(rows_of(export(alice).data)) == 1
        assert alice.client.get("/settings/exports").status_code == 200


def test_a_record_deleted_meanwhile_is_left_out(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        gone, stays = make_account(by, "Gone Ltd"), make_account(by, "Stays Ltd")
        ids = [str(gone.id), str(stays.id)]
        perform("account", "delete", gone, by=by)
    (row,) = rows_of(export(alice, id=",".join(ids)).data)
    assert "Stays Ltd" in row.values()


def test_a_stranger_exports_nothing_of_another_workspace(
    acme: Workspace, alice: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        made = str(make_account(by, "Secret Ltd").id)
    answer = export(charlie, id=made)
    assert answer.status_code == 422
    assert b"Secret" not in answer.data


def test_numbers_of_more_digits_than_excel_keeps_go_out_as_texts(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        made = make_product(by, "Drill")
        made.list_price = Decimal("12345678901234.5678")
    head, row = cells_of(export(alice, "products", shape="xlsx", columns="every").data)
    assert row[head.index("List price")] == "12345678901234.5678"


def test_moments_before_excel_s_time_go_out_as_texts(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        made = make_activity(by, subject="Old")
        made.due_at = datetime(1850, 1, 1, tzinfo=UTC)
    head, row = cells_of(export(alice, "activities", shape="xlsx", columns="every").data)
    assert row[head.index("Due")].startswith("1849-12-31T23:58:45") or row[
        head.index("Due")
    ].startswith("1850")


def test_columns_that_a_narrow_screen_hides_go_out_as_well(acme: Workspace, alice: Person) -> None:
    """As shown means as chosen: what there was room for at that moment decides nothing."""
    with acme.acting(alice) as by:
        made = make_account(by, "Gate Ltd", city="Leeds")
    shown = alice.client.get("/accounts").text
    hidden = set(WIDE_ONLY.findall(shown))
    assert "City" in hidden
    [row] = rows_of(export(alice, list="").data)
    assert hidden <= set(row)
    [ticked] = rows_of(export(alice, list="", id=str(made.id)).data)
    assert ticked == row


def test_a_saved_view_goes_out_with_the_columns_that_it_was_saved_with(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Gate Ltd", city="Leeds", website="gate.example")
    cols = "name:300,website,city,district,tax_profile"
    view = {"name": "Mine", "audience": "private", "query": f"cols={cols}"}
    saved = alice.client.post("/accounts/views/new", data=view).location
    asked = alice.client.get(saved.replace("/accounts?", "/accounts/export?")).text
    assert "Name, Website, City, District, Invoice details" in asked
    query = re.search(r'name="list" value="([^"]*)"', asked)
    assert query is not None
    answer = export(alice, list=unescape(query[1]))
    assert answer.data.startswith(b"\xef\xbb\xbfName,Website,City,District,Invoice details,ID\r\n")
