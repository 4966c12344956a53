"""What an import came to: for whom it is, its failed rows, its undo, and the list of all."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.crm.models import Account, Contact
from tests.cast import Person, Workspace
from tests.records.imports.pages import FILE, given, start


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


def test_a_file_that_was_imported_is_not_imported_again(acme: Workspace, alice: Person) -> None:
    url = given(alice, FILE)
    start(alice, url)
    answer = alice.client.post(url, data={"c0": "last_name", "do": "start"})
    assert answer.status_code == 422
    with acme.scope() as session:
        assert len(session.scalars(select(Contact)).all()) == 2


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


def test_a_file_with_a_chinese_name_gives_its_failed_rows_back_by_it(alice: Person) -> None:
    url = given(alice, "姓名,邮箱\n陈思远,无\n", name="客户.csv")
    start(alice, url)
    told = alice.client.get(f"{url}/failed.csv").headers["Content-Disposition"]
    told.encode("latin-1")  # All that a header may hold.
    assert "filename*=UTF-8" in told
    assert "%E5%AE%A2%E6%88%B7" in told


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
