"""Imports, attacked: pressed twice, undone in between, looked at by those who may not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account, Contact
from app.identity.models import FieldRule, Grant, User
from app.jobs.worker import Worker
from app.kernel.ids import new_id
from app.records.imports import begin, undo, undo_jobs
from app.records.imports.models import ImportRun
from tests.attacks.program import Programs, program
from tests.cast import Person, Workspace
from tests.factories import make_contact
from tests.records.imports.conftest import allow, living, run_of, sheet, take_in
from tests.records.imports.pages import given
from tests.records.imports.test_api import send

pytestmark = pytest.mark.usefixtures("no_files")

__all__ = ["program"]

# Twice, and at the same moment


@pytest.mark.parametrize("at_once", [200, 1])
def test_pressing_start_twice_takes_the_rows_in_once(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    monkeypatch.setattr(begin, "AT_ONCE", at_once)
    url = given(alice, "Last Name\nArcher\nBaker\n")
    both = threading.Barrier(2)
    opened = begin.open_table

    def meet(*args: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both.wait(1)  # Where the second has to wait, it never comes here.
        return opened(*args)

    monkeypatch.setattr(begin, "open_table", meet)
    clients = [alice.sign_in() for _number in range(2)]
    form = {"c0": "last_name", "mode": "create", "duplicates": "create", "do": "start"}
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda one: one.post(url, data=form).status_code, clients))
    worker.drain()
    assert max(codes) < 500
    assert living(acme, Contact, Contact.last_name) == ["Archer", "Baker"]
    with acme.scope() as session:
        assert session.scalars(select(ImportRun.created)).one() == 2


def _meanwhile(
    monkeypatch: pytest.MonkeyPatch, name: str, work: Callable[[], object]
) -> list[threading.Thread]:
    """Let somebody else work after `name` of the undoing has looked, and before it goes on."""
    looked, threads = getattr(undo, name), []

    def look(*args: Any) -> Any:
        found = looked(*args)
        if not threads:
            threads.append(threading.Thread(target=work))
            threads[0].start()
            threads[0].join(1)  # Where it has to wait for the undoing, it comes after it.
        return found

    monkeypatch.setattr(undo, name, look)
    return threads


def test_a_value_that_is_written_while_an_import_is_undone_is_kept_or_refused(
    acme: Workspace, alice: Person, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by, "Gate", title="Before").id
    file = sheet(["Id", "Title"], [str(contact), "Imported"])
    columns = {"Id": "id", "Title": "title"}
    run = take_in(alice, "contact", file, columns, mode="update", match_on="id")
    assert run.updated == 1
    theirs, mine = program(alice), program(alice)
    found: list[int] = []

    def change() -> None:
        found.append(theirs.patch(f"contacts/{contact}", {"title": "Theirs"}).status_code)

    threads = _meanwhile(monkeypatch, "pasts", change)
    mine.post(f"imports/{run.id}/undo")
    threads[0].join(30)
    (there,) = living(acme, Contact, Contact.title)
    assert (found, there) in (([200], "Theirs"), ([409], "Before"))


def test_a_record_that_is_touched_while_its_import_is_undone_stays(
    acme: Workspace, alice: Person, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = take_in(alice, "contact", sheet(["Last"], ["Archer"]), {"Last": "last_name"})
    (contact,) = living(acme, Contact, Contact.id)
    theirs, mine = program(alice), program(alice)
    found: list[int] = []

    def change() -> None:
        found.append(theirs.patch(f"contacts/{contact}", {"title": "Theirs"}).status_code)

    threads = _meanwhile(monkeypatch, "_traces", change)
    mine.post(f"imports/{run.id}/undo")
    threads[0].join(30)
    there = living(acme, Contact, Contact.title)
    assert (found, there) in (([200], ["Theirs"]), ([404], []), ([409], []))


def test_undoing_twice_at_once_is_one_undoing(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    run = take_in(alice, "contact", sheet(["Last"], ["Archer"]), {"Last": "last_name"})
    apis = [program(alice) for _number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda api: api.post(f"imports/{run.id}/undo").status_code, apis))
    assert sorted(codes) == [200, 422]
    assert run_of(acme, run.id).undo_done == 1


# Undoing by programs


FIRMS = {"Last": "last_name", "Firm": {"field": "account_id", "create_missing": True}}


@pytest.fixture
def undone_in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_jobs, "AT_ONCE", 0)


def test_a_program_takes_back_no_more_by_a_worker_than_by_itself(
    acme: Workspace,
    alice: Person,
    program: Programs,
    worker: Worker,
    undone_in_background: None,
) -> None:
    """Alice imported with all her rights; the token may delete contacts and no firms."""
    run = take_in(alice, "contact", sheet(["Last", "Firm"], ["Archer", "North Ltd"]), FIRMS)
    api = program(alice, "contact:read", "contact:delete", "contact:import", "contact:create")
    assert api.post(f"imports/{run.id}/undo").status_code == 200
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == []
    assert living(acme, Account, Account.name) == ["North Ltd"]


def test_somebody_takes_back_what_a_narrow_token_of_theirs_imported(
    acme: Workspace,
    alice: Person,
    program: Programs,
    worker: Worker,
    undone_in_background: None,
) -> None:
    api = program(alice, "contact:read", "contact:import", "contact:create")
    made = send(api, sheet(["Last Name"], ["Archer"]))
    assert made.status_code == 202, made.text
    mine = program(alice)
    assert mine.post(f"imports/{made.json['id']}/undo").status_code == 200
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == []


# Whose imports are whose


MAIL = {"Last": "last_name", "Mail": "email"}


def test_an_import_of_somebody_else_answers_as_one_that_never_was(
    acme: Workspace, alice: Person, bob: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    run = take_in(alice, "contact", sheet(["Last", "Mail"], ["Archer", "secret-marker"]), MAIL)
    ways = ("", "/failed.csv")
    for person in (bob, dora, charlie):
        for way in ways:
            answer = person.client.get(f"/contacts/import/{run.id}{way}")
            assert answer.status_code in (403, 404)
            assert "secret-marker" not in answer.text
        for verb in ("", "/how", "/cancel", "/drop", "/undo"):
            answer = person.client.post(f"/contacts/import/{run.id}{verb}", data={"do": "start"})
            assert answer.status_code in (403, 404)
        api = program(person)
        for way in ("", "/failures"):
            assert api.get(f"imports/{run.id}{way}").status_code in (403, 404)
        for verb in ("/cancel", "/undo"):
            assert api.post(f"imports/{run.id}{verb}").status_code in (403, 404)
        assert "secret-marker" not in api.get("imports").text
    assert alice.client.get(f"/accounts/import/{run.id}").status_code == 404
    answer = alice.client.post(f"/contacts/import/{run.id}/undo", csrf=False)
    assert answer.status_code == 400
    assert living(acme, Contact, Contact.name) == []


def hide(workspace: Workspace, person: Person, kind: str, key: str) -> None:
    with workspace.scope() as session:
        role = session.get_one(User, person.user_id).role
        session.add(FieldRule(role_id=role.id, record_type=kind, field=key, access=0))
        role.stamp = new_id()


def look_after_imports(workspace: Workspace, person: Person) -> None:
    """Let the person's role manage the imports of contacts of all."""
    for verb in ("read", "import", "create"):
        allow(workspace, "sales_rep", verb)
    with workspace.scope() as session:
        role = session.get_one(User, person.user_id).role
        grant = {"record_type": "import", "verb": "manage", "reach": 3}
        session.add(Grant(id=new_id(), role_id=role.id, **grant))
        role.stamp = new_id()


def test_failed_rows_of_others_tell_nothing_of_a_hidden_field(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    """Bob's role looks after everyone's imports, and does not see e-mails."""
    look_after_imports(acme, bob)
    hide(acme, bob, "contact", "email")
    file = sheet(["Last", "Mail"], ["Archer", "secret-marker"])
    run = take_in(alice, "contact", file, MAIL)
    assert run.failed == 1
    failed = bob.client.get(f"/contacts/import/{run.id}/failed.csv")
    assert failed.status_code == 200
    assert "Your role does not show you why." in failed.text
    assert "secret-marker" not in failed.text
    assert "secret-marker" not in bob.client.get(f"/contacts/import/{run.id}").text
    assert "secret-marker" not in program(bob).get(f"imports/{run.id}/failures").text


def test_a_file_of_somebody_else_that_is_still_to_begin_shows_no_hidden_field(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    look_after_imports(acme, bob)
    url = given(alice, sheet(["Last", "Mail"], ["Archer", "secret-marker"]))
    assert "secret-marker" in bob.client.get(url).text
    hide(acme, bob, "contact", "email")
    answer = bob.client.get(url)
    assert answer.status_code == 404
    assert bob.client.post(url, data={"do": "check"}).status_code == 404
    assert url not in bob.client.get("/settings/imports").text


# Odd choices


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\udfff\ud800"])
@pytest.mark.parametrize(
    "part", ["source", "default", "template", "values", "match_on", "distinct_by"]
)
def test_a_mapping_with_signs_that_cannot_be_kept_is_refused(
    alice: Person, program: Programs, text: str, part: str
) -> None:
    api = program(alice)
    mapping: dict[str, Any] = {"columns": [{"source": "Last", "field": "last_name"}]}
    if part in ("match_on", "distinct_by"):
        mapping[part] = text
    elif part == "source":
        mapping["columns"].append({"source": text, "field": None})
    else:
        mapping["columns"][0][part] = {text: "a"} if part == "values" else f"a{text}"
    answer = send(api, sheet(["Last"], ["Archer"]), mapping=json.dumps(mapping))
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("mapping", [{"\ud800": 1}, {"columns": [{"\ud800": 1}]}])
def test_a_part_of_no_name_is_refused(
    alice: Person, program: Programs, mapping: dict[str, Any]
) -> None:
    answer = send(program(alice), sheet(["Last"], ["Archer"]), mapping=json.dumps(mapping))
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("name", ["d0", "t0", "v0:Archer", "v0:\0", "match_on", "mode"])
@pytest.mark.parametrize("do", ["check", "try", "start"])
def test_a_choice_that_cannot_be_kept_is_no_mistake_of_ours(
    alice: Person, name: str, do: str
) -> None:
    url = given(alice, "Last Name\nArcher\n")
    form = {"c0": "last_name", "has0": "1", "mode": "create", "duplicates": "create", "do": do}
    assert alice.client.post(url, data={**form, name: "a\0b"}).status_code < 500
