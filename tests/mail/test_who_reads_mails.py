"""Mails are read by who reads the record, hidden copies and private ones by their writer alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.mail.messages.models import Message
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_contact
from tests.mail.customers import FRANK, Customer, make_customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)


def test_hidden_copies_are_told_to_their_writer_alone(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = "hidden@other.example"
    with acme.acting(bob) as by:
        contact = make_contact(by, "Ash", "Ann", email=hidden)
    refused = {hidden: "No such user", FRANK: "No such user"}
    monkeypatch.setattr("app.mail.messages.sender.hand_over", lambda *_arguments: refused)
    post_mail(bob, customer, bcc=hidden)
    clock.shift(TEN_SECONDS)
    send_out()
    assert f"Not delivered to: {FRANK}, {hidden}" in bob.client.get(customer.url).text
    theirs = alice.client.get(customer.url).text
    assert f"Not delivered to: {FRANK}" in theirs
    assert hidden not in theirs
    assert "Our offer" not in alice.client.get(f"/contacts/{contact.id}").text


def test_an_answer_to_a_private_mail_is_private_unless_its_writer_says_otherwise(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    ticked = re.compile(r'name="private" value="1" checked')
    post_mail(bob, customer, private="1")
    url = f"{customer.url}/mail?reply={only_message(acme).id}"
    assert ticked.search(bob.client.get(url).text)
    with acme.scope() as session:
        session.execute(update(Message).values(is_private=False))
    assert not ticked.search(bob.client.get(url).text)


def test_a_draft_leaves_the_records_that_it_is_no_more_about(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    with acme.acting(bob) as by:
        ann = make_contact(by, "Ash", "Ann", email="ann@other.example")
    post_mail(bob, customer, cc="ann@other.example")
    message = only_message(acme)
    assert "Our offer" in bob.client.get(f"/contacts/{ann.id}").text
    bob.client.post(f"/messages/{message.id}/back")
    post_mail(bob, customer, draft=str(message.id))
    assert "Our offer" not in bob.client.get(f"/contacts/{ann.id}").text
    assert "Our offer" in bob.client.get(customer.url).text


def test_who_may_not_send_is_offered_nothing_and_refused(
    acme: Workspace, alice: Person, dora: Person, bob: Person, customer: Customer
) -> None:
    assert f'href="{customer.url}/mail"' in bob.client.get(customer.url).text
    assert f'href="{customer.url}/mail"' not in dora.client.get(customer.url).text
    assert dora.client.get(f"{customer.url}/mail").status_code == 403
    assert post_mail(dora, customer).status_code == 403


def test_colleagues_read_it_unless_it_is_private_and_only_its_writer_changes_it(
    acme: Workspace, alice: Person, bob: Person, dora: Person, customer: Customer
) -> None:
    post_mail(bob, customer, bcc="boss@acme.example")
    message = only_message(acme)
    page = dora.client.get(f"/messages/{message.id}")
    assert page.status_code == 200
    assert "boss@acme.example" not in page.text
    assert "boss@acme.example" in bob.client.get(f"/messages/{message.id}").text
    assert alice.client.post(f"/messages/{message.id}/back").status_code == 403
    with acme.scope() as session:
        session.get_one(Message, message.id).is_private = True
    for person in (dora, alice):
        assert person.client.get(f"/messages/{message.id}").status_code == 404
        assert "Our offer" not in person.client.get(customer.url).text
        assert "Our offer" not in person.client.get("/search?q=offer").text
    assert "Our offer" in bob.client.get(customer.url).text


def test_a_stranger_finds_nothing(
    acme: Workspace, bob: Person, charlie: Person, customer: Customer
) -> None:
    post_mail(bob, customer)
    message = only_message(acme)
    for path in ("", "/body", "/card?on=contacts/x", "/earlier"):
        assert charlie.client.get(f"/messages/{message.id}{path}").status_code == 404
    for verb in ("back", "now", "again", "discard"):
        assert charlie.client.post(f"/messages/{message.id}/{verb}").status_code == 404


def test_who_can_not_read_the_record_reads_none_of_its_mails(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    customer = make_customer(acme, alice)
    post_mail(alice, customer)
    message = only_message(acme)
    assert bob.client.get(customer.url).status_code == 404
    assert bob.client.get(f"/messages/{message.id}").status_code == 404
    assert "Our offer" not in bob.client.get("/search?q=offer").text


def test_a_search_finds_subjects_and_addresses(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    post_mail(bob, customer, cc="ann@other.example", subject="Zäune für Frank")
    for words in ("zaune", "other.example"):
        assert "Zäune für Frank" in bob.client.get(f"/search?q={words}").text


def test_addresses_are_offered_by_name_and_by_record(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    with acme.acting(bob) as by:
        make_contact(by, "Ash", "Ann", email="ann@other.example")
        make_account(by, "Post Ltd", email="office@post.example")
    own = bob.client.get(f"/messages/addresses?on=accounts/{customer.account}").text
    assert FRANK in own
    assert "ann@other.example" not in own
    found = bob.client.get(f"/messages/addresses?on=accounts/{customer.account}&q=ash").text
    assert "Ann Ash &lt;ann@other.example&gt;" in found
