"""The pages of an import: a file is given, columns are understood, rows are tried and taken in."""

from __future__ import annotations

import gzip
import os
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.crm.models import Account, Contact
from app.records.imports.keep import forget_imports
from app.records.imports.models import ImportRun
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.factories import make_account

FILE = (
    "Last Name,First Name,E-mail,Company,Shoe Size\n"
    "Archer,Ann,ann@north.example,North Ltd,38\n"
    "Baker,Ben,ben@north.example,North Ltd,44\n"
)


def give(
    person: Person, data: str | bytes, name: str = "people.csv", kind: str = "contacts"
) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return person.client.post(
        f"/{kind}/import", data={"file": (BytesIO(raw), name)}, content_type="multipart/form-data"
    )


def given(person: Person, data: str | bytes, **more: str) -> str:
    """The address of an import whose file was taken."""
    answer = give(person, data, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def files_in(settings: Settings) -> list[Path]:
    """What is kept of imports in all workspaces."""
    root = Path(urlsplit(settings.files_url).path)
    return [one for one in root.glob("tenants/*/imports/*") if one.is_file()]


def chosen(html: str) -> dict[str, str]:
    """What is chosen for each column."""
    found = {}
    for name, body in re.findall(
        r'<select class="input" name="(c\d+)"(.*?)</select>', html, re.DOTALL
    ):
        on = re.search(r'value="([^"]*)" selected', body)
        found[name] = on.group(1) if on else ""
    return found


def start(person: Person, url: str, **changes: str) -> TestResponse:
    """Press Start with what the page holds."""
    form = chosen(person.client.get(url).text) | {"mode": "create", "duplicates": "create"}
    return person.client.post(url, data={**form, **changes, "do": "start"})


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


def test_rows_can_be_pasted(alice: Person) -> None:
    answer = alice.client.post(
        "/contacts/import", data={"pasted": "姓名\t电话\n陈思远\t13800138000\n"}
    )
    html = alice.client.get(answer.location).text
    assert chosen(html) == {"c0": "name", "c1": "phone"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "This file is empty."),
        ("name,city\n", "no rows below"),
        (b"%PDF-1.7", "This is not a table."),
        ('name,city\nA,"B\n', "never closed"),
    ],
)
def test_what_is_no_table_is_told_beside_the_file_and_not_kept(
    acme: Workspace, alice: Person, settings: Settings, data: Any, says: str
) -> None:
    answer = give(alice, data)
    assert answer.status_code == 422
    assert says in answer.text
    with acme.scope() as session:
        assert not session.scalars(select(ImportRun)).all()
    assert not files_in(settings)


def test_pasted_rows_that_are_no_table_are_not_lost(alice: Person) -> None:
    answer = alice.client.post("/contacts/import", data={"pasted": "only a head"})
    assert answer.status_code == 422
    assert "only a head</textarea>" in answer.text


def test_nothing_at_all_is_told(alice: Person) -> None:
    answer = alice.client.post("/contacts/import", data={})
    assert answer.status_code == 422
    assert "Choose a file, or paste rows." in answer.text


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


def test_failed_rows_come_back_as_a_file_that_can_be_given_again(alice: Person) -> None:
    url = given(alice, "Last Name,E-mail\nArcher,none\nBaker,b@acme.example\n")
    start(alice, url)
    html = alice.client.get(url).text
    assert "some rows failed" in html
    failed = alice.client.get(f"{url}/failed.csv")
    assert failed.headers["Content-Disposition"].startswith("attachment")
    assert "Archer,none," in failed.text
    mended = failed.text.replace("none,", "a@acme.example,")
    html = alice.client.get(given(alice, mended)).text
    assert re.search(r"<b>1</b><span>new records</span>", html)


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


def test_a_file_can_be_read_in_other_letters(alice: Person) -> None:
    url = given(alice, "名前,都市\n山田太郎,東京\n".encode("shift_jis"))
    answer = alice.client.post(f"{url}/how", data={"encoding": "shift_jis", "delimiter": ","})
    assert answer.status_code == 303
    assert "山田太郎" in alice.client.get(url).text
    alice.client.post(f"{url}/how", data={"encoding": "utf-16", "delimiter": ","})
    assert "山田太郎" in alice.client.get(url).text  # What can't be read so stays as it was.


def test_a_file_that_was_imported_is_not_imported_again(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    start(alice, url)
    answer = alice.client.post(url, data={"c0": "last_name", "do": "start"})
    assert answer.status_code == 422
    with acme.scope() as session:
        assert len(session.scalars(select(Contact)).all()) == 2


def test_a_file_can_be_given_up(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    assert alice.client.post(f"{url}/drop").status_code == 303
    assert alice.client.get(url).status_code == 404
    with acme.scope() as session:
        assert not session.scalars(select(ImportRun)).all()


def test_nobody_else_reaches_an_import(
    alice: Person, bob: Person, charlie: Person, dora: Person
) -> None:
    url = given(alice, FILE)
    for person, status in ((bob, 403), (dora, 403), (charlie, 404)):
        assert person.client.get(url).status_code == status
        assert person.client.post(url, data={"do": "start"}).status_code == status
        assert person.client.post(f"{url}/drop").status_code == status
        assert person.client.get(f"{url}/failed.csv").status_code == status
    assert alice.client.get(url.replace("/contacts/", "/accounts/")).status_code == 404


def test_imports_are_listed_in_the_settings(alice: Person) -> None:
    assert "No imports yet" in alice.client.get("/settings/imports").text
    url = given(alice, FILE)
    start(alice, url)
    given(alice, FILE, name="later.csv")
    html = alice.client.get("/settings/imports").text
    assert url in html
    assert "people.csv" in html
    assert "Not begun" in html


def test_importing_is_offered_where_it_may_be_done(alice: Person, dora: Person) -> None:
    assert 'href="/contacts/import"' in alice.client.get("/contacts").text
    assert 'href="/contacts/import"' not in dora.client.get("/contacts").text


def test_an_empty_table_to_fill_in_is_understood(alice: Person) -> None:
    table = alice.client.get("/contacts/import/template.csv")
    head = table.text.lstrip("\ufeff").strip()
    assert "Last name" in head
    html = alice.client.get(given(alice, f"{head}\nArcher{',' * head.count(',')}\n")).text
    assert "" not in list(chosen(html).values())


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


def test_a_text_can_become_an_option_that_there_is_not_yet(acme: Workspace, alice: Person) -> None:
    url = given(alice, "Name,Industry\nA,Beekeeping\nB,Beekeeping\n", kind="accounts")
    html = alice.client.get(url).text
    assert re.search(r"<b>2</b><span>failed</span>", html)
    form = {**chosen(html), "duplicates": "create", "has1": "1", "v1:Beekeeping": "\x1e"}
    html = alice.client.post(url, data={**form, "do": "check"}).text
    assert re.search(r"<b>2</b><span>new records</span>", html)
    assert "Beekeeping" not in alice.client.get("/accounts/new").text  # Nothing was kept of it.
    assert alice.client.post(url, data={**form, "do": "start"}).status_code == 303
    with acme.scope() as session:
        assert list(session.scalars(select(Account.industry))) == ["beekeeping", "beekeeping"]
    assert "Beekeeping" in alice.client.get("/accounts/new").text


def test_a_file_with_a_chinese_name_gives_its_failed_rows_back_by_it(alice: Person) -> None:
    url = given(alice, "姓名,邮箱\n陈思远,无\n", name="客户.csv")
    start(alice, url)
    told = alice.client.get(f"{url}/failed.csv").headers["Content-Disposition"]
    told.encode("latin-1")  # All that a header may hold.
    assert "filename*=UTF-8" in told
    assert "%E5%AE%A2%E6%88%B7" in told


def test_what_is_packed_to_burst_is_told_and_not_kept(acme: Workspace, alice: Person) -> None:
    bomb = gzip.compress(b"name,city\n" + b"a,b\n" * 30_000_000)
    answer = give(alice, bomb, name="bomb.csv.gz")
    assert answer.status_code == 422
    assert "too large" in answer.text
    with acme.scope() as session:
        assert not session.scalars(select(ImportRun)).all()


def test_ten_thousand_columns_are_told(alice: Person) -> None:
    answer = give(alice, "name" + ",x" * 10_000 + "\n1" + ",1" * 10_000 + "\n")
    assert answer.status_code == 422
    assert "at most 500" in answer.text


def test_five_hundred_columns_are_shown_and_imported(acme: Workspace, alice: Person) -> None:
    head = ",".join(["Last Name", *(f"c{number}" for number in range(499))])
    url = given(alice, f"{head}\nArcher{',1' * 499}\n")
    assert len(chosen(alice.client.get(url).text)) == 500
    assert start(alice, url).status_code == 303
    with acme.scope() as session:
        assert list(session.scalars(select(Contact.last_name))) == ["Archer"]


def test_an_import_is_undone_on_its_receipt(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    start(alice, url)
    assert f'action="{url}/undo"' in alice.client.get(url).text
    assert alice.client.post(f"{url}/undo").status_code == 303
    html = alice.client.get(url).text
    assert "Took back the import of people.csv" in html
    assert f'action="{url}/undo"' not in html
    with acme.scope() as session:
        assert not session.scalars(select(Contact).where(Contact.deleted_at.is_(None))).all()
        assert not session.scalars(select(Account).where(Account.deleted_at.is_(None))).all()
    assert alice.client.post(f"{url}/undo").status_code == 303  # Twice does nothing more.
    assert "Undone" in alice.client.get("/settings/imports").text


def test_a_file_whose_import_never_began_goes_after_a_week(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    given(alice, FILE)
    fresh = given(alice, FILE, name="fresh.csv")
    with acme.acting(alice) as by:
        old = by.session.scalars(select(ImportRun).where(ImportRun.file_name == "people.csv")).one()
        old.created_at = by.now - timedelta(days=8)
        kept = next(one for one in files_in(settings) if one.name == old.file)
        week_ago = old.created_at.timestamp()
        os.utime(kept, (week_ago, week_ago))
    with acme.acting() as by:
        forget_imports(by)
    assert alice.client.get(fresh).status_code == 200
    assert len(files_in(settings)) == 1
