"""Mails that wait are read together, and neither a kill nor one bad mail costs any of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.mail.inbound import receive
from app.mail.inbound.jobs import JOBS, look_after_mails_in, take_mails_in, take_mails_in_split
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.take import take_in
from app.mail.messages.models import Message
from app.records.files.models import FileStorage
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.corpus import FRANK, plain
from tests.mail.customers import Customer
from tests.mail.inboxes import Inbox, address_of


class Killed(BaseException):
    """As the end of a process: nothing after it is done."""


def numbered(number: int) -> bytes:
    return plain(f"Number {number}", Message_ID=f"<{number}@fence.example>")()


def fates(workspace: Workspace) -> Counter[str]:
    with workspace.scope() as session:
        return Counter(session.scalars(select(IncomingMail.state)))


def texts(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        return sorted(session.scalars(select(Message.text)))


def end_leases(inbox: Inbox, clock: Clock) -> None:
    clock.shift(timedelta(minutes=10))
    with inbox.worker.app.app_context():
        inbox.worker.upkeep()
    clock.shift(timedelta(minutes=10))


def test_mails_that_wait_are_read_by_a_few_jobs(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = address_of(bob)
    for number in range(25):
        inbox.take(numbered(number), address)
    looked: list[int] = []
    monkeypatch.setattr("app.mail.inbound.jobs.look_again", lambda _by: looked.append(1))
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 25}
    assert len(texts(acme)) == 25
    assert len(looked) == 3  # Ten, ten, and five of them.


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_worker_killed_among_several_takes_each_in_once(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
) -> None:
    address = address_of(bob)
    for number in range(3):
        inbox.take(numbered(number), address)
    done: list[int] = []

    def killed(*arguments: object) -> None:
        done.append(1)
        if len(done) == at:
            raise Killed
        take_in(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("app.mail.inbound.together.take_in", killed)
        with pytest.raises(Killed):
            inbox.worker.drain()
    assert fates(acme) == {Fate.WAITING: 3}
    assert texts(acme) == []
    end_leases(inbox, clock)
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 3}
    assert texts(acme) == ["Number 0", "Number 1", "Number 2"]


def test_one_that_can_not_be_read_holds_up_no_other_and_is_told(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = address_of(bob)
    for number in range(3):
        inbox.take(numbered(number), address)
    with acme.scope() as session:
        ids = session.scalars(
            select(IncomingMail.id).order_by(IncomingMail.received_at, IncomingMail.id)
        ).all()

    def fails(mail: IncomingMail, *more: object) -> None:
        if mail.id == ids[1]:
            raise RuntimeError("It is a poison.")
        take_in(mail, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("app.mail.inbound.together.take_in", fails)
    monkeypatch.setattr("app.mail.inbound.jobs.take_in", fails)
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 2, Fate.WAITING: 1}
    assert "It could not be read at once and is tried again." in (
        bob.client.get("/settings/me/mail-in").text
    )
    for _try in range(10):
        clock.shift(timedelta(minutes=20))
        inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 2, Fate.FAILED: 1}


def test_where_reading_them_together_fails_for_good_each_is_read_alone(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    assert take_mails_in.aftermath == take_mails_in_split.kind
    address = address_of(bob)
    for number in range(2):
        inbox.take(numbered(number), address)
    with acme.acting() as by:
        take_mails_in_split.run(by, {})
    with acme.scope() as session:
        assert set(session.scalars(select(IncomingMail.why))) == {Why.ALONE}
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 2}


def test_a_mail_kept_while_the_job_was_running_is_read_a_moment_later(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = address_of(bob)
    inbox.give(numbered(0), address)
    with monkeypatch.context() as patch:  # Its job was there already, and did not see it.
        patch.setattr(receive, "enqueue", lambda *_all, **_more: None)
        inbox.take(numbered(1), address)
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 1, Fate.WAITING: 1}
    clock.shift(timedelta(seconds=2))
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 2}


def test_a_mail_whose_job_died_is_looked_after(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert look_after_mails_in in JOBS
    assert look_after_mails_in.every == timedelta(minutes=10)
    with monkeypatch.context() as patch:
        patch.setattr(receive, "enqueue", lambda *_all, **_more: None)
        inbox.take(numbered(0), address_of(bob))
    inbox.worker.drain()
    assert fates(acme) == {Fate.WAITING: 1}
    clock.shift(timedelta(minutes=6))
    with acme.acting() as by:
        look_after_mails_in.run(by, {})
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 1}


def test_nothing_waits_for_a_moment_that_never_comes(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, clock: Clock
) -> None:
    """The job looks again once, and then no more until a mail comes."""
    inbox.give(numbered(0), address_of(bob))
    clock.shift(timedelta(seconds=2))
    assert inbox.worker.drain() >= 1
    clock.shift(timedelta(seconds=2))
    assert inbox.worker.drain() == 0


def test_who_adds_a_file_does_not_wait_for_mails_that_are_read(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = address_of(bob)
    inbox.give(with_file(0), address)  # The row stands from the first file on.
    for number in (1, 2, 3):
        inbox.take(with_file(number), address)
    free: list[bool] = []

    def look() -> bool:
        with acme.scope() as session:
            held = select(FileStorage.id).with_for_update(skip_locked=True)
            return session.scalar(held) is not None

    def watched(mail: IncomingMail, by: Actor, settings: Settings) -> None:
        take_in(mail, by, settings)
        with ThreadPoolExecutor(1) as other:
            free.append(other.submit(look).result())

    monkeypatch.setattr("app.mail.inbound.together.take_in", watched)
    inbox.worker.drain()
    assert free == [True, True, True]
    with acme.scope() as session:
        assert session.scalar(select(FileStorage.used)) == 4 * 1000


def test_files_beyond_what_is_free_are_told_though_read_together(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.records.files.storage.limit_of", lambda _by: 2500)
    address = address_of(bob)
    for number in range(3):
        inbox.take(with_file(number), address)
    inbox.worker.drain()
    assert fates(acme) == {Fate.STORED: 2, Fate.SKIPPED: 1}
    with acme.scope() as session:
        assert session.scalar(select(FileStorage.used)) == 2 * 1000


def with_file(number: int) -> bytes:
    """A mail with a file of a thousand bytes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = FRANK, "bob@acme.example", f"Number {number}"
    mail["Message-ID"] = f"<{number}@fence.example>"
    mail.set_content("Look")
    mail.add_attachment(b"x" * 1000, maintype="text", subtype="plain", filename="a.txt")
    return mail.as_bytes()
