"""The database goes away, is slow or busy: a clear 503, nothing half-done, healed by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, select, text
from sqlalchemy.exc import InterfaceError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.crm.models import Contact
from app.identity import limits
from app.records.pages.listing import list_page
from app.records.routes import lists
from tenants import resolve
from tenants.database import db
from tests.attacks.program import Programs
from tests.attacks.together import together
from tests.cast import Person, Workspace, visitor
from tests.factories import make_contact
from tests.laundry import Laundry

CONNECTIONS = (
    "SELECT pid FROM pg_stat_activity WHERE usename = 'zuke_app' AND datname = current_database()"
)


def cut(laundry: Laundry) -> None:
    """End every connection of the application, as a server that restarts does."""
    with laundry.connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid, 2000) FROM ({CONNECTIONS}) AS theirs")


def is_away(answer: TestResponse) -> bool:
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def names(acme: Workspace) -> list[str]:
    with acme.scope() as session:
        return list(session.scalars(select(Contact.name).order_by(Contact.name)))


def within(monkeypatch: pytest.MonkeyPatch, work: Callable[[Session], object]) -> None:
    """Let `work` happen in the middle of a list's page."""

    def meanwhile(state, by, *more):
        work(by.session)
        return list_page(state, by, *more)

    monkeypatch.setattr(lists, "list_page", meanwhile)


def test_connections_that_were_cut_are_replaced_unseen(alice: Person, laundry: Laundry) -> None:
    assert alice.client.get("/contacts").status_code == 200
    for _round in range(3):
        cut(laundry)
        assert alice.client.get("/contacts").status_code == 200


def test_a_connection_cut_in_the_middle_is_a_503_and_the_next_request_works(
    alice: Person, laundry: Laundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        within(patch, lambda _session: cut(laundry))
        for headers in ({}, {"HX-Request": "true"}):
            assert is_away(alice.client.get("/contacts", headers=headers))
    assert alice.client.get("/contacts").status_code == 200


@pytest.mark.parametrize("way", ["page", "htmx", "api"])
def test_a_commit_that_fails_is_no_success(
    acme: Workspace, alice: Person, laundry: Laundry, program: Programs, way: str
) -> None:
    """The route said 303 and Saved; what counts is what the database said after it."""
    api = program(alice)
    assert alice.client.get("/contacts").status_code == 200

    def fall(session: Session) -> None:
        if session.info.get("tenant"):
            cut(laundry)

    def send() -> TestResponse:
        if way == "api":
            return api.post("contacts", {"last_name": "Gate"})
        headers = {"HX-Request": "true"} if way == "htmx" else {}
        return alice.client.post("/contacts/new", data={"last_name": "Gate"}, headers=headers)

    factory = db.session.session_factory
    event.listen(factory, "before_commit", fall)
    try:
        answer = send()
    finally:
        event.remove(factory, "before_commit", fall)
    assert is_away(answer)
    assert "Location" not in answer.headers
    assert names(acme) == []
    assert "was added" not in alice.client.get("/contacts").text
    assert send().status_code in (201, 204, 303)
    assert names(acme) == ["Gate"]


def test_a_statement_that_takes_too_long_is_a_503(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(session: Session) -> None:
        session.execute(text("SET LOCAL statement_timeout = 50"))
        session.execute(text("SELECT pg_sleep(2)"))

    with monkeypatch.context() as patch:
        within(patch, sleep)
        assert is_away(alice.client.get("/contacts"))
    assert alice.client.get("/contacts").status_code == 200


def test_a_pool_that_is_empty_is_a_503_and_liveness_stays(app: Flask, alice: Person) -> None:
    assert alice.client.get("/contacts").status_code == 200
    with ExitStack() as taken:
        with app.app_context():
            engine = db.engine
        for _connection in range(engine.pool.size() + 2):
            taken.enter_context(engine.connect())
        assert is_away(alice.client.get("/contacts"))
        assert alice.client.get("/healthz").status_code == 200
        assert alice.client.get("/readyz").status_code == 503
    assert alice.client.get("/contacts").status_code == 200


def test_asides_that_fail_break_no_answer(
    app: Flask, acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError("No space left on device")

    for name in ("give_back", "forgive"):
        monkeypatch.setattr(limits, name, full)
    browser = visitor(app, acme)
    wrong = browser.post("/login", data={"email": alice.email, "password": "wrong"})
    assert wrong.status_code == 422
    right = browser.post("/login", data={"email": alice.email, "password": alice.password})
    assert right.status_code == 303


def test_a_request_that_fails_at_its_very_beginning_spoils_no_later_one(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scope opens before the visit's cookie is read; what fails between must close it again."""

    def fail(*_given: object) -> None:
        raise RuntimeError("A cookie that nobody foresaw.")

    with monkeypatch.context() as patch:
        patch.setattr(SecureCookieSessionInterface, "open_session", fail)
        with suppress(RuntimeError, AssertionError):
            alice.client.get("/contacts")
    assert alice.client.get("/contacts").status_code == 200


def test_a_lookup_of_the_workspace_that_fails_has_a_page_of_its_own(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise InterfaceError("SELECT", {}, Exception("connection already closed"))

    resolve.forget()
    with monkeypatch.context() as patch:
        patch.setattr(resolve, "_look_up", fail)
        answer = alice.client.get("/contacts")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert alice.client.get("/contacts").status_code == 200


def test_two_edits_at_once_are_one_winner_each_time(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    """Fifty pairs: whoever comes second is told so, and no word of the first is lost."""
    with acme.acting(alice) as by:
        contact = make_contact(by, title="0")
    path = f"contacts/{contact.id}"
    api = program(alice)
    for number in range(50):
        mark = api.get(path).headers["ETag"]
        answers = together(
            [
                partial(api.patch, path, {"title": f"{number} {who}"}, If_Match=mark)
                for who in ("first", "second")
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        won = next(answer for answer in answers if answer.status_code == 200)
        assert api.get(path).json["title"] == won.json["title"]


def test_fifty_requests_with_one_key_make_one_record(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    body = {"last_name": "Gate"}
    answers: list[TestResponse] = []
    for _wave in range(10):  # Five at a time: the pool of the tests has six connections.
        answers += together(
            [partial(api.post, "contacts", body, Idempotency_Key="once") for _one in range(5)]
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert names(acme) == ["Gate"]


def test_a_form_that_is_sent_twice_at_once_is_no_failure(acme: Workspace, alice: Person) -> None:
    send = partial(alice.sign_in().post, "/contacts/new", data={"last_name": "Gate"})
    again = partial(alice.sign_in().post, "/contacts/new", data={"last_name": "Gate"})
    for answer in together([send, again]):
        assert answer.status_code == 303


def test_two_who_delete_the_same_rows_in_opposite_order_end_well(
    acme: Workspace, alice: Person
) -> None:
    for _round in range(5):
        with acme.acting(alice) as by:
            ids = [str(make_contact(by).id) for _number in range(6)]
        answers = together(
            [
                partial(
                    alice.sign_in().post, "/contacts/bulk", data={"verb": "delete", "id": order}
                )
                for order in (ids, ids[::-1])
            ]
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 303
        assert statuses[1] in (303, 409, 422)
        assert names_alive(acme) == []


def names_alive(acme: Workspace) -> list[str]:
    with acme.scope() as session:
        return list(session.scalars(select(Contact.name).where(Contact.deleted_at.is_(None))))
