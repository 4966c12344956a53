"""Mail in is bounded, acknowledged once it is kept, and read once whoever is killed."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.mail.inbound import receive
from app.mail.inbound.charsets import codec_of
from app.mail.inbound.listener import LONGEST_LINE
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.server import LARGEST
from app.mail.messages.models import Message
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.corpus import BOB, FRANK, plain
from tests.mail.customers import Customer, only_message
from tests.mail.inboxes import Inbox, address_of, only_line


def test_a_mail_beyond_the_limit_is_refused_and_one_below_is_taken(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    address = address_of(bob)
    head = f"From: {FRANK}\r\nTo: {BOB}\r\nSubject: Large\r\nMessage-ID: <l@f.example>\r\n\r\n"
    line = "x" * 998 + "\r\n"
    fits = (LARGEST - len(head)) // len(line) - 1
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        inbox.give((head + line * (fits + 4)).encode(), address)
    assert refused.value.smtp_code == 552
    inbox.give((head + line * fits).encode(), address)
    assert only_line(acme).state == Fate.STORED


def test_a_mail_whose_lines_nobody_folded_is_taken_and_read(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    """Programs send a page of HTML as one line, beyond the 998 signs that are asked for."""
    words = "Forty fences, please. " * 4000
    head = f"From: {FRANK}\r\nTo: {BOB}\r\nSubject: Long\r\nMessage-ID: <w@f.example>\r\n\r\n"
    inbox.give(f"{head}{words}The end.\r\n".encode(), address_of(bob))
    assert only_line(acme).state == Fate.STORED
    assert only_message(acme).text.endswith("The end.")


def test_a_line_without_end_is_refused_and_held_by_nobody(bob: Person, inbox: Inbox) -> None:
    head = f"From: {FRANK}\r\nTo: {BOB}\r\nSubject: Endless\r\n\r\n"
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        inbox.give((head + "x" * (LONGEST_LINE + 1000) + "\r\n").encode(), address_of(bob))
    assert refused.value.smtp_code == 500


def test_too_many_from_one_sender_are_asked_to_come_later(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receive, "PER_SENDER", receive.Limit("mail-in:sender", 2, 3600))
    address = address_of(bob)
    inbox.give(plain()(), address)
    inbox.give(plain()(), address)
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        inbox.give(plain()(), address)
    assert refused.value.smtp_code == 450
    inbox.give(plain()(), address, sender="somebody@else.example")


def test_a_mail_that_can_not_be_kept_is_not_acknowledged_and_leaves_nothing(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = address_of(bob)

    def broken(*_arguments: object) -> None:
        raise RuntimeError("The database went away.")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "enqueue", broken)
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            inbox.give(plain()(), address)
    assert refused.value.smtp_code == 451
    with acme.scope() as session:
        assert session.scalars(select(IncomingMail)).all() == []
    inbox.give(plain()(), address)
    assert only_line(acme).state == Fate.STORED


def test_a_worker_killed_while_reading_takes_it_in_once(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """As the end of a process: nothing after it is done."""

    def killed(*_arguments: object) -> None:
        raise Killed

    address = address_of(bob)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.inbound.take.note_first", killed)
        with pytest.raises(Killed):
            inbox.give(plain()(), address)
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []
    clock.shift(timedelta(minutes=10))
    with inbox.worker.app.app_context():
        inbox.worker.upkeep()  # Its lease has ended.
    clock.shift(timedelta(minutes=10))
    inbox.worker.drain()
    only_message(acme)
    assert only_line(acme).state == Fate.STORED


@pytest.mark.parametrize(
    "name",
    [
        "utf-8",
        "UTF-16",
        "us-ascii",
        "latin1",
        "windows-1252",
        "koi8-r",
        "gb2312",
        "hkscs",
        "euc-kr",
        "iso-2022-jp",
        "sjis",
    ],
)
def test_encodings_that_mail_programs_write_are_used(name: str) -> None:
    assert codec_of(name) is not None


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "\0", ""]
)
def test_other_codecs_are_not_used(name: str) -> None:
    assert codec_of(name) is None


def test_an_envelope_of_bytes_is_kept(
    acme: Workspace, bob: Person, app: Flask, settings: Settings, no_files: None
) -> None:
    address = address_of(bob)
    with app.app_context():
        recipient = receive.find_recipient(address, settings)
        assert recipient is not None
        receive.keep(recipient, plain()(), "a\udcff\0b@fence.example")
    assert only_line(acme).envelope_from == "a?b@fence.example"


def test_a_mail_that_no_try_can_read_does_not_wait_for_ever(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_arguments: object) -> None:
        raise RuntimeError("No try reads it.")

    address = address_of(bob)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.inbound.take.note_first", fails)
        inbox.give(plain()(), address)
        assert only_line(acme).state == Fate.WAITING
        for _try in range(10):
            clock.shift(timedelta(minutes=20))
            inbox.worker.drain()
    line = only_line(acme)
    assert (line.state, line.why) == (Fate.FAILED, Why.BROKEN)
    bob.client.post(f"/settings/me/mail-in/{line.id}/again")
    inbox.worker.drain()
    assert only_line(acme).state == Fate.STORED
