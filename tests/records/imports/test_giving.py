"""A file is given: what it says is read, or told beside it, and it goes when nobody begins."""

from __future__ import annotations

import gzip
import os
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.records.imports.keep import forget_imports
from app.records.imports.models import ImportRun
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.records.imports.pages import FILE, chosen, files_in, give, given


def test_rows_can_be_pasted(alice: Person) -> None:
    answer = alice.client.post(
        "/contacts/import", data={"pasted": "姓名\t电话\n陈思远\t13800138000\n"}
    )
    html = alice.client.get(answer.location).text
    assert chosen(html) == {"c0": "name", "c1": "phone"}


def test_where_a_text_may_mention_colleagues_it_is_said_that_they_are_not_told(
    alice: Person,
) -> None:
    hint = "Colleagues whom it mentions are not told."
    for collection, text, is_said in (
        ("activities", "Type\tText\nNote\tAsk @Dora Dunn\n", True),
        ("accounts", "Name\tCity\nFence\tYork\n", False),
    ):
        answer = alice.client.post(f"/{collection}/import", data={"pasted": text})
        assert (hint in alice.client.get(answer.location).text) is is_said


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


def test_a_file_can_be_read_in_other_letters(alice: Person) -> None:
    url = given(alice, "名前,都市\n山田太郎,東京\n".encode("shift_jis"))
    answer = alice.client.post(f"{url}/how", data={"encoding": "shift_jis", "delimiter": ","})
    assert answer.status_code == 303
    assert "山田太郎" in alice.client.get(url).text
    alice.client.post(f"{url}/how", data={"encoding": "utf-16", "delimiter": ","})
    assert "山田太郎" in alice.client.get(url).text  # What can't be read so stays as it was.


def test_a_file_can_be_given_up(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    assert alice.client.post(f"{url}/drop").status_code == 303
    assert alice.client.get(url).status_code == 404
    with acme.scope() as session:
        assert not session.scalars(select(ImportRun)).all()


def test_an_empty_table_to_fill_in_is_understood(alice: Person) -> None:
    table = alice.client.get("/contacts/import/template.csv")
    head = table.text.lstrip("\ufeff").strip()
    assert "Last name" in head
    html = alice.client.get(given(alice, f"{head}\nArcher{',' * head.count(',')}\n")).text
    assert "" not in list(chosen(html).values())


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


def test_what_stands_in_names_of_files_is_in_the_readers_language(
    acme: Workspace, alice: Person
) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    given_page = alice.client.get(given(alice, FILE)).text
    assert "判断依据：邮箱、电话、名称" in given_page
    answer = alice.client.post("/contacts/import", data={"pasted": "姓,邮箱\n王,x\n"})
    url = answer.location
    assert "粘贴的内容.txt" in alice.client.get(url).text
    alice.client.post(url, data={"c0": "last_name", "c1": "email", "do": "start"})
    name = alice.client.get(f"{url}/failed.csv").headers["Content-Disposition"]
    assert quote("粘贴的内容 – 失败行.csv", safe="") in name
