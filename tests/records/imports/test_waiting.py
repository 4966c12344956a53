"""An import that waits tells for what, and one of which nothing would come in says so."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from app.identity.models import Grant, Role
from app.jobs.progress import State, Work
from app.jobs.worker import Worker
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow, sheet, take_in
from tests.records.imports.pages import chosen, given

PEOPLE = sheet(["Last"], *([f"P{number}"] for number in range(5)))
FIRMS = sheet(["Firm"], *([f"F{number}"] for number in range(5)))


def told(person: Person, url: str) -> str:
    """What the page of an import says of its progress."""
    found = re.search(r'<p role="status">([^<]*)</p>', person.client.get(url).text)
    return found[1] if found else ""


def manage(acme: Workspace, role: str) -> None:
    with acme.scope() as session:
        found = session.scalars(select(Role).where(Role.key == role)).one()
        grant = {"record_type": "import", "verb": "manage", "reach": 3}
        session.add(Grant(id=new_id(), role_id=found.id, **grant))
        found.stamp = new_id()


@pytest.mark.usefixtures("in_pieces")
def test_it_waits_for_the_import_that_a_colleague_began(
    acme: Workspace, alice: Person, bob: Person, worker: Worker
) -> None:
    allow(acme, "sales_rep", "import")
    take_in(bob, "account", FIRMS, {"Firm": "name"})
    mine = take_in(alice, "contact", PEOPLE, {"Last": "last_name"})
    url = f"/contacts/import/{mine.id}"
    assert told(alice, url) == "Waits for the import of accounts that Bob Baker began"
    worker.drain()
    assert "All rows were dealt with" in alice.client.get(url).text


@pytest.mark.usefixtures("in_pieces")
def test_wherever_long_work_is_shown_stands_what_it_waits_for(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    allow(acme, "sales_rep", "import")
    take_in(bob, "account", FIRMS, {"Firm": "name"})
    mine = take_in(alice, "contact", PEOPLE, {"Last": "last_name"})
    sentence = "Waits for the import of accounts that Bob Baker began"
    assert told(alice, f"/work/{mine.id}") == sentence
    for url in ("/work", "/notices", "/settings/imports"):
        assert sentence in alice.client.get(url).text
    with acme.scope() as session:
        session.execute(update(Work).where(Work.id == mine.id).values(state=State.RUNNING))
    assert sentence not in alice.client.get("/work").text


@pytest.mark.usefixtures("in_pieces")
def test_who_may_not_see_that_import_learns_only_that_there_is_something(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    allow(acme, "sales_rep", "import")
    take_in(alice, "account", FIRMS, {"Firm": "name"})
    his = take_in(bob, "contact", PEOPLE, {"Last": "last_name"})
    url = f"/contacts/import/{his.id}"
    assert told(bob, url) == "Waits for other long work of this workspace to end"
    assert "Alice" not in bob.client.get(url).text.split('id="import-receipt"')[1]


@pytest.mark.usefixtures("in_pieces")
def test_it_waits_for_ones_own_and_then_for_its_turn(acme: Workspace, alice: Person) -> None:
    first = take_in(alice, "account", FIRMS, {"Firm": "name"})
    second = take_in(alice, "contact", PEOPLE, {"Last": "last_name"})
    url = f"/contacts/import/{second.id}"
    assert told(alice, f"/accounts/import/{first.id}") == "Waiting for its turn"
    assert told(alice, url) == "Waits for your own import of accounts to end"
    with acme.scope() as session:
        session.execute(update(Work).where(Work.id == first.id).values(state=State.DONE))
    assert told(alice, url) == "Waiting for its turn"


def test_a_trial_in_which_every_row_fails_says_that_nothing_would_come_in(alice: Person) -> None:
    url = given(alice, "Last Name,E-mail\nArcher,none\nBaker,none either\n")
    form = {**chosen(alice.client.get(url).text), "mode": "create", "duplicates": "create"}
    assert alice.client.post(url, data={**form, "do": "try"}).status_code == 303
    html = alice.client.get(url).text
    assert "Nothing would come in: every row fails." in html
    start = re.search(r'<button class="([^"]*)"[^>]*value="start"[^>]*>', html)
    assert start is not None
    assert "btn-primary" not in start[1]


def test_rows_that_are_all_there_already_bring_nothing_new(alice: Person) -> None:
    rows = "Last Name,E-mail\nArcher,ann@north.example\n"
    url = given(alice, rows)
    form = {**chosen(alice.client.get(url).text), "mode": "create", "duplicates": "skip"}
    assert "Nothing would come in" not in alice.client.get(url).text
    alice.client.post(url, data={**form, "do": "start"})
    url = given(alice, rows)
    html = alice.client.post(url, data={**form, "do": "check"}).text
    assert "Nothing would come in: no row brings anything new." in html


def test_the_first_rows_alone_do_not_speak_for_all(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.imports.begin.TRIED", 2)
    url = given(alice, "Last Name,E-mail\nArcher,none\nBaker,none\nCox,c@north.example\n")
    html = alice.client.get(url).text
    assert "None of the rows that were tried would come in." in html
    assert re.search(r'<button class="btn btn-primary"[^>]*value="try"', html)
    assert not re.search(r'<button class="btn btn-primary"[^>]*value="start"', html)
