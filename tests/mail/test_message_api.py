"""Programs send, read, list and cancel mails with the rights of their person, and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.identity.models import FieldRule, Role, User
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.mail.messages.models import Message, State
from app.mail.messages.write import send_again, send_now
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_file
from tests.mail.conftest import PostOffice
from tests.mail.corpus import html_only
from tests.mail.customers import FRANK, Customer, make_customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of
from tests.records.api.conftest import Program, Programs, fields_in, program

__all__ = ["program"]
TEN_SECONDS = timedelta(seconds=11)


@pytest.fixture
def of_bob(program: Programs, bob: Person) -> Program:
    return program(bob)


def at(customer: Customer) -> str:
    return f"contacts/{customer.contact}/messages"


def sent(of: Program, customer: Customer, **changes: Any) -> dict[str, Any]:
    wish = {"to": [FRANK], "subject": "Our offer", "body": "Dear Frank", **changes}
    answer = of.post(at(customer), wish)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    assert answer.headers["Location"] == f"/api/v1/messages/{told['id']}"
    return told


def test_who_never_confirmed_their_own_address_mails_nobody(
    acme: Workspace, bob: Person, customer: Customer, of_bob: Program
) -> None:
    post_mail(bob, customer)
    waits = only_message(acme)
    with acme.scope() as session:
        session.execute(update(User).values(email_confirmed_at=None))
    wish = {"to": [FRANK], "subject": "Our offer", "body": "Dear Frank"}
    for answer in (of_bob.post(at(customer), wish), post_mail(bob, customer, subject="Another")):
        assert answer.status_code == 422
        assert "Confirm your own e-mail first" in answer.text
    assert only_message(acme).id == waits.id
    with acme.acting(bob) as by:
        held = by.session.get_one(Message, waits.id)
        for act in (send_now, send_again):
            held.state = State.FAILED if act is send_again else State.WAITING
            by.session.flush()
            with pytest.raises(Refused):
                act(held, by)


def test_a_mail_of_a_program_goes_like_a_persons(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    of_bob: Program,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    with acme.acting(bob) as by:
        file = make_file(by, "contact", customer.contact, "prices.txt", b"Prices")
    told = sent(
        of_bob,
        customer,
        to=[f"Frank <{FRANK}>"],
        cc=["ann@fence.example"],
        bcc=["boss@acme.example"],
        file_ids=[str(file.id)],
    )
    assert (told["state"], told["direction"]) == ("waiting", "out")
    assert told["bcc"] == [{"name": "", "address": "boss@acme.example"}]
    assert {one["record_type"] for one in told["records"]} == {"account", "contact"}
    clock.shift(TEN_SECONDS)
    send_out()
    ((_sender, recipients, _raw),) = post_office.accepted
    assert recipients == [FRANK, "ann@fence.example", "boss@acme.example"]
    (mail,) = post_office.messages
    assert mail["Reply-To"].addresses[0].addr_spec == "bob@acme.example"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["prices.txt"]
    read = of_bob.get(f"messages/{told['id']}").json
    assert read["state"] == "sent"
    assert read["message_id"] == mail["Message-ID"]
    with of_bob.get(read["files"][0]["content"].removeprefix("/api/v1/")) as content:
        assert content.data == b"Prices"
    assert "Our offer" in bob.client.get(customer.url).text


def test_the_same_key_sends_one_mail(acme: Workspace, customer: Customer, of_bob: Program) -> None:
    wish = {"to": [FRANK], "subject": "Our offer", "body": "Dear Frank"}
    answers = [of_bob.post(at(customer), wish, Idempotency_Key="offer-1") for _try in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    only_message(acme)


def test_a_mail_is_cancelled_before_it_goes_and_not_after(
    acme: Workspace,
    customer: Customer,
    of_bob: Program,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    first = sent(of_bob, customer)
    cancelled = of_bob.post(f"messages/{first['id']}/cancel")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "draft")
    second = sent(of_bob, customer, subject="Our better offer")
    clock.shift(TEN_SECONDS)
    send_out()
    assert [mail["Subject"] for mail in post_office.messages] == ["Our better offer"]
    assert of_bob.post(f"messages/{second['id']}/cancel").status_code == 409
    with acme.scope() as session:
        states = session.scalars(
            select(Message.state).order_by(Message.created_at, Message.id)
        ).all()
    assert set(states) == {State.DRAFT, State.SENT}


def test_a_mail_with_a_time_waits_until_then(
    customer: Customer, of_bob: Program, clock: Clock
) -> None:
    later = (clock.now + timedelta(days=2)).isoformat()
    told = sent(of_bob, customer, send_at=later)
    assert told["send_at"] == later.replace("+00:00", "Z")
    early = {"to": [FRANK], "subject": "x", "body": "y", "send_at": "2001-01-01T00:00:00Z"}
    assert fields_in(of_bob.post(at(customer), early)) == ["send_at"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": []}, "to"),
        ({"to": "frank@fence.example"}, "to"),
        ({"to": ["frank"]}, "to"),
        ({"to": ["a@b.example, c@d.example"]}, "to"),
        ({"to": ["frank@fence.example\r\nBcc: eve@evil.example"]}, "to"),
        ({"cc": [1]}, "cc"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\r\nBcc: eve@evil.example"}, "subject"),
        ({"subject": ["a"]}, "subject"),
        ({"body": 1}, "body"),
        ({"body": "x" * 200_001}, "body"),
        ({"send_at": "soon"}, "send_at"),
        ({"is_private": "yes"}, "is_private"),
        ({"file_ids": ["x"]}, "file_ids"),
        ({"answers_id": "x"}, "answers_id"),
        ({"state": "sent"}, "state"),
        ({"message_id": "<mine@evil.example>"}, "message_id"),
        ({"user_id": "x"}, "user_id"),
    ],
)
def test_what_is_not_right_is_refused_by_its_name(
    acme: Workspace, customer: Customer, of_bob: Program, change: dict[str, Any], field: str
) -> None:
    wish = {"to": [FRANK], "subject": "Our offer", "body": "Dear Frank", **change}
    assert field in fields_in(of_bob.post(at(customer), wish))
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []


def test_the_list_has_pages_and_tells_no_html(
    acme: Workspace, bob: Person, customer: Customer, of_bob: Program, inbox: Inbox
) -> None:
    for number in range(3):
        sent(of_bob, customer, subject=f"Offer {number}")
    inbox.give(html_only("<p>Hello <b>Bob</b></p>")(), address_of(bob))
    first = of_bob.get(f"{at(customer)}?limit=3").json
    second = of_bob.get(f"{at(customer)}?limit=3&cursor={first['next']}").json
    assert (len(first["data"]), len(second["data"]), second["next"]) == (3, 1, None)
    every = [*first["data"], *second["data"]]
    assert {one["subject"] for one in every} == {"Fences", *(f"Offer {n}" for n in range(3))}
    assert all("html" not in one for one in every)
    (received,) = (one for one in every if one["direction"] == "in")
    assert received["from"]["address"] == FRANK
    assert "<b>Bob</b>" in of_bob.get(f"messages/{received['id']}").json["html"]
    assert fields_in(of_bob.get(f"{at(customer)}?cursor=x")) == ["cursor"]
    assert fields_in(of_bob.get(f"{at(customer)}?state=sent")) == ["state"]


def test_rights_and_scopes_hold(
    acme: Workspace,
    globex: Workspace,
    bob: Person,
    dora: Person,
    charlie: Person,
    customer: Customer,
    of_bob: Program,
    program: Programs,
) -> None:
    told = sent(of_bob, customer, is_private=True, bcc=["boss@acme.example"])
    wish = {"to": [FRANK], "subject": "x", "body": "y"}
    of_dora = program(dora)
    assert of_dora.post(at(customer), wish).status_code == 403
    assert of_dora.get(f"messages/{told['id']}").status_code == 404  # It is private.
    narrow = program(bob, "contact:read", "account:read")
    assert narrow.get(f"contacts/{customer.contact}").status_code == 200
    assert narrow.get(at(customer)).status_code == 403
    assert narrow.get(f"messages/{told['id']}").status_code == 403
    assert narrow.post(at(customer), wish).status_code == 403
    blind = program(bob, "message:send")
    assert blind.get(f"messages/{told['id']}").status_code == 404  # None of its records is read.
    theirs = make_customer(globex, charlie)
    assert of_bob.post(at(theirs), wish).status_code == 404
    of_charlie = program(charlie)
    for path in (f"messages/{told['id']}", at(customer)):
        assert of_charlie.get(path).status_code == 404
    assert of_charlie.post(f"messages/{told['id']}/cancel").status_code == 404
    assert only_message(acme).state == State.WAITING


def test_a_colleague_cancels_no_others_mail_and_reads_no_hidden_copies(
    acme: Workspace, alice: Person, customer: Customer, of_bob: Program, program: Programs
) -> None:
    told = sent(of_bob, customer, bcc=["boss@acme.example"])
    of_alice = program(alice)
    assert of_alice.get(f"messages/{told['id']}").json["bcc"] is None
    assert of_alice.post(f"messages/{told['id']}/cancel").status_code == 403
    assert only_message(acme).state == State.WAITING


def test_addresses_are_told_to_nobody_who_may_not_see_them(
    acme: Workspace, bob: Person, customer: Customer, of_bob: Program
) -> None:
    told = sent(of_bob, customer, to=[f"Frank <{FRANK}>"])
    role_id = bob.user.role_id
    with acme.scope() as session:
        session.get_one(Role, role_id).stamp = new_id()
        session.add(FieldRule(role_id=role_id, record_type="contact", field="email", access=0))
        session.execute(update(Message).values(error=f"550 {FRANK}"))
    read = of_bob.get(f"messages/{told['id']}")
    assert read.json["to"] == [{"name": "Frank", "address": None}]
    assert FRANK not in read.text


def test_types_without_addresses_have_no_mails(of_bob: Program) -> None:
    paths = of_bob.get("openapi.json").json["paths"]
    told = [one for one in paths if one.endswith("/messages")]
    assert "/contacts/{record_id}/messages" in told
    assert not any(one.startswith("/products/") for one in told)


def test_a_reader_is_not_told_that_mails_can_be_sent(
    acme: Workspace, dora: Person, program: Programs
) -> None:
    paths = program(dora).get("openapi.json").json["paths"]
    assert set(paths["/contacts/{record_id}/messages"]) == {"get"}
    assert "/messages/{message_id}/cancel" not in paths


def test_what_was_sent_by_hand_is_read_by_programs(
    bob: Person, customer: Customer, of_bob: Program
) -> None:
    post_mail(bob, customer)
    (line,) = of_bob.get(at(customer)).json["data"]
    assert (line["subject"], line["text"]) == ("Our offer", "Dear Frank")
