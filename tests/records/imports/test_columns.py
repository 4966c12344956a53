"""What becomes of the columns of a file is proposed, chosen, kept, and tried before it begins."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Contact
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.imports.conftest import run_of, sheet
from tests.records.imports.pages import FILE, chosen, given, start


def test_a_usual_file_needs_a_file_and_one_press(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    html = alice.client.get(url).text
    assert chosen(html) == {
        "c0": "last_name", "c1": "first_name", "c2": "email", "c3": "account_id", "c4": "",
    }  # fmt: skip
    assert "2 rows were tried" in html
    assert re.search(r"<b>2</b><span>new records</span>", html)
    assert start(alice, url).status_code == 303
    receipt = alice.client.get(url).text
    assert "All rows were dealt with." in receipt
    with acme.scope() as session:
        people = session.scalars(select(Contact.last_name).order_by(Contact.last_name))
        assert list(people) == ["Archer", "Baker"]
        assert list(session.scalars(select(Account.name))) == ["North Ltd"]


def test_looking_at_what_would_become_of_rows_keeps_nothing(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    alice.client.get(url)
    alice.client.post(url, data={"c0": "last_name", "do": "check"})
    with acme.scope() as session:
        assert not session.scalars(select(Contact)).all()
        assert not session.scalars(select(Account)).all()


def test_texts_of_a_file_never_become_markup(alice: Person) -> None:
    nasty = "<script>alert(1)</script>"
    url = given(alice, f'"{nasty}",Last Name,Lifecycle\n"{nasty}","{{{{7*7}}}}","<img src=x>"\n')
    html = alice.client.get(url).text
    assert nasty not in html
    assert "<img src=x>" not in html
    html = alice.client.post(url, data={"c1": "last_name", "c2": "email"}).text
    assert nasty not in html
    assert "&lt;img src=x&gt;" in html


def test_what_was_chosen_is_kept_and_shown_again(alice: Person) -> None:
    url = given(alice, FILE)
    form = {"c0": "last_name", "c1": "", "c2": "email", "c3": "", "c4": "title", "mode": "both"}
    form |= {"match_on": "email"}
    assert alice.client.post(url, data={**form, "do": "check"}).status_code == 200
    html = alice.client.get(url).text
    assert chosen(html) == {key: form[key] for key in ("c0", "c1", "c2", "c3", "c4")}
    assert 'value="both" selected' in html
    assert 'value="email" selected>E-mail' in html


def test_two_columns_for_one_field_are_told_beside_the_second(alice: Person) -> None:
    url = given(alice, FILE)
    answer = alice.client.post(url, data={"c0": "last_name", "c1": "last_name", "do": "start"})
    assert answer.status_code == 422
    told = answer.text.split('id="column-1"')[1].split("</li>")[0]
    assert "Another column becomes this field already." in told
    assert chosen(answer.text)["c1"] == "last_name"


def test_a_file_that_maps_to_nothing_is_told(alice: Person) -> None:
    url = given(alice, FILE)
    answer = alice.client.post(url, data={"do": "start"})
    assert answer.status_code == 422
    assert "Choose a field for at least one column." in answer.text


def test_a_value_that_fails_can_be_mended_for_all_rows_that_have_it(
    acme: Workspace, alice: Person
) -> None:
    url = given(alice, "Last Name,E-mail\nArcher,none\nBaker,none\nChen,c@acme.example\n")
    html = alice.client.get(url).text
    assert re.search(r"<b>2</b><span>failed</span>", html)
    assert 'name="f1:none"' in html
    form = {"c0": "last_name", "c1": "email", "f1:none": "x@acme.example", "do": "check"}
    html = alice.client.post(url, data=form).text
    assert re.search(r"<b>0</b><span>failed</span>", html)
    start(alice, url)
    with acme.scope() as session:
        emails = session.scalars(select(Contact.email).order_by(Contact.last_name))
        assert list(emails) == ["x@acme.example", "x@acme.example", "c@acme.example"]


def test_values_that_nobody_knows_stand_first_and_are_given_a_meaning(
    acme: Workspace, alice: Person
) -> None:
    url = given(alice, "Name,Lifecycle\nA,成交客户\nB,Golden\nC,Golden\n", kind="accounts")
    html = alice.client.get(url).text
    asked = re.findall(r'name="(v1:[^"]+)"', html)
    assert asked == ["v1:Golden", "v1:成交客户"]
    assert "1 value is not known yet" in html
    start(alice, url, **{"v1:Golden": "former"})
    with acme.scope() as session:
        found = session.scalars(select(Account.lifecycle).order_by(Account.name))
        assert list(found) == ["customer", "former", "former"]


def test_the_same_columns_are_understood_as_the_last_time(alice: Person) -> None:
    url = given(alice, FILE)
    start(alice, url, c1="", c4="title")
    again = alice.client.get(given(alice, FILE)).text
    assert chosen(again)["c1"] == ""
    assert chosen(again)["c4"] == "title"


def test_a_field_can_be_made_of_a_column(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    html = alice.client.post(url, data={"c0": "last_name", "c4": "new:number"}).text
    assert "The field is made when the import starts." in html
    assert alice.client.get("/contacts/new").text.count("Shoe Size") == 0
    start(alice, url, c4="new:number")
    with acme.scope() as session:
        kept = session.scalars(select(Contact.custom).order_by(Contact.last_name))
        assert [one["x_shoe_size"] for one in kept] == [38, 44]


def test_who_may_not_make_fields_is_not_offered_to(bob: Person, alice: Person) -> None:
    assert bob.client.get("/contacts/import").status_code == 403
    html = alice.client.get(given(alice, FILE)).text
    assert "New field: Number" in html


def test_the_page_speaks_chinese(alice: Person) -> None:
    url = given(alice, "姓名,手机\n陈思远,13800138000\n")
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    html = alice.client.get(url).text
    assert "开始导入" in html
    assert "Start the import" not in html


def test_an_account_that_is_there_is_linked_and_not_made_twice(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "North Ltd")
    start(alice, given(alice, FILE))
    with acme.scope() as session:
        assert len(session.scalars(select(Account)).all()) == 1


def test_five_hundred_columns_are_shown_and_imported(acme: Workspace, alice: Person) -> None:
    head = ",".join(["Last Name", *(f"c{number}" for number in range(499))])
    url = given(alice, f"{head}\nArcher{',1' * 499}\n")
    assert len(chosen(alice.client.get(url).text)) == 500
    assert start(alice, url).status_code == 303
    with acme.scope() as session:
        assert list(session.scalars(select(Contact.last_name))) == ["Archer"]


def test_a_country_is_chosen_for_numbers_without_one(acme: Workspace, alice: Person) -> None:
    url = given(alice, "Company,Phone\nRue Roofs,01 42 68 53 00\n", kind="accounts")
    before = alice.client.get(url).text
    assert "Numbers without a country code" in before
    assert '<option value="">United Kingdom</option>' in before
    form = {**chosen(before), "has1": "1", "n1": "FR"}
    after = alice.client.post(url, data={**form, "do": "check"}).text
    assert '<option value="FR" selected>' in after
    assert "that comes first" not in after
    alice.client.post(url, data={**form, "do": "start"})
    with acme.scope() as session:
        assert list(session.scalars(select(Account.phone))) == ["+33142685300"]


def test_dates_of_a_last_contact_are_told_as_not_kept_where_nothing_tells_them(
    alice: Person,
) -> None:
    shown = alice.client.get(
        given(alice, "Product Name,Last Activity Time\nCoil,2026-01-02\n", kind="products")
    ).text
    assert "These dates are not kept" in shown


def test_firms_are_proposed_to_be_found_by_their_number_before_their_name(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(["Account name", "Account number"], ["Fence & Sons", "C-1"])
    run_id = UUID(given(alice, file, kind="accounts").rpartition("/")[2])
    assert run_of(acme, run_id).mapping["match_on"] == "number"


def test_people_are_proposed_to_be_found_by_their_mail_before_their_telephone(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(["Last name", "Phone", "E-mail"], ["Frank", "020 7946 0123", "f@fence.example"])
    run_id = UUID(given(alice, file).rpartition("/")[2])
    assert run_of(acme, run_id).mapping["match_on"] == "email"
