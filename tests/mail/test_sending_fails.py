"""A mail that fails says so, and is sent again only where that can't make two of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.kernel.actor import Actor
from app.mail.messages.jobs import JOBS, look_after_messages
from app.mail.messages.models import Message, State
from app.mail.messages.outbox import LEASE
from app.mail.talk import Talk
from app.records.files.models import File
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice
from tests.mail.customers import FRANK, Customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)


def test_a_refusal_fails_in_words_and_is_tried_again_under_its_message_id(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["550 No such user here"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    message = only_message(acme)
    assert message.state == State.FAILED
    page = bob.client.get(customer.url).text
    assert "Not sent" in page
    assert "No such user here" in page
    bob.client.post(f"/messages/{message.id}/again")
    send_out()
    (mail,) = post_office.messages
    assert mail["Message-ID"] == message.message_id
    assert only_message(acme).state == State.SENT


def test_a_server_that_is_busy_is_asked_again_by_itself(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["451 Greylisted"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert only_message(acme).state == State.WAITING
    clock.shift(timedelta(minutes=2))
    send_out()
    assert only_message(acme).state == State.SENT
    assert len(post_office.accepted) == 1


def test_some_recipients_may_be_refused_and_the_card_says_who(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["550 No such user here"]
    post_mail(bob, customer, cc="ann@fence.example")
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted[0][1] == ["ann@fence.example"]
    page = bob.client.get(customer.url).text
    assert f"Not delivered to: {FRANK}" in page


def test_a_line_lost_after_the_mail_was_given_leaves_it_unknown_and_never_sent_twice(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.after_data = ["drop"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    clock.shift(timedelta(hours=3))
    send_out()
    assert len(post_office.accepted) == 1
    assert only_message(acme).state == State.UNKNOWN
    assert "Unknown whether sent" in bob.client.get(customer.url).text
    bob.client.post(f"/messages/{only_message(acme).id}/again")
    send_out()
    assert len({mail["Message-ID"] for mail in post_office.messages}) == 1
    assert only_message(acme).state == State.SENT


def test_a_worker_killed_while_sending_leaves_it_unknown(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """As the end of a process: nothing after it is done."""

    def killed(*_arguments: object) -> None:
        raise Killed

    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.messages.sender.hand_over", killed)
        with pytest.raises(Killed):
            send_out()
    assert only_message(acme).state == State.SENDING
    clock.shift(LEASE + timedelta(minutes=1))
    send_out()
    assert only_message(acme).state == State.UNKNOWN
    assert post_office.accepted == []


def test_a_mail_whose_job_died_is_looked_after(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert look_after_messages in JOBS
    assert look_after_messages.every == timedelta(minutes=10)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.messages.write.wake", lambda *_arguments: None)
        post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted == []
    with acme.acting(bob) as by:
        look_after_messages.run(by, {})
    send_out()
    assert len(post_office.accepted) == 1
    with acme.scope() as session:
        session.execute(update(Message).values(state=State.SENDING.value))
    clock.shift(LEASE + timedelta(minutes=1))
    with acme.acting(bob) as by:
        look_after_messages.run(by, {})
    assert only_message(acme).state == State.UNKNOWN


def test_a_mail_that_can_not_be_made_holds_up_no_other(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def files(message: Message, by: Actor) -> list[File]:
        if message.subject == "Odd":
            by.session.connection().exec_driver_sql("SELECT 1 / 0")
        return []

    monkeypatch.setattr("app.mail.messages.sender.files_to_send", files)
    post_mail(bob, customer, subject="Odd")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert [mail["Subject"] for mail in post_office.messages] == ["Our offer"]
    with acme.scope() as session:
        rows = session.execute(select(Message.subject, Message.state, Message.error)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("Odd", State.FAILED.value, "Something went wrong on our side."),
        ("Our offer", State.SENT.value, None),
    ]


def test_slow_mails_are_sent_in_several_runs(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_arguments: object) -> dict[str, str]:
        clock.shift(timedelta(seconds=100))
        return {}

    monkeypatch.setattr("app.mail.messages.sender.hand_over", slow)
    for number in range(4):
        post_mail(bob, customer, subject=f"Offer {number}")
    clock.shift(TEN_SECONDS)
    assert send_out() == 2


def test_a_server_may_think_about_a_mail_for_minutes(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    data = Talk.data

    def heard(talk: Talk, content: bytes) -> tuple[int, bytes]:
        waits.append(talk.left())
        return data(talk, content)

    monkeypatch.setattr(Talk, "data", heard)
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert [round(one) for one in waits] == [300]
    assert len(post_office.accepted) == 1
