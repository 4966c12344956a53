"""A firm's own mail server takes its people's mails, and none goes another way when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from app.jobs.errors import TryLater
from app.jobs.worker import Worker
from app.mail.messages.models import Message, State
from app.mail.outgoing.models import MailServer
from app.mail.outgoing.servers import note_failure
from app.mail.smtp import Server, try_out
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice, free_port
from tests.mail.customers import Customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)
PLACE = "/settings/mail-server"
BROKEN = "v1:broken"  # What no key opens.
GIVEN = "not-a-real-one"


@pytest.fixture
def theirs() -> Iterator[PostOffice]:
    """The firm's own mail server."""
    office = PostOffice()
    office.port = free_port()
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        authenticator=lambda *_all: _accepted(),
        auth_require_tls=False,
    )
    controller.start()
    yield office
    controller.stop()


def _accepted() -> object:
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=True)


def keep(person: Person, port: int | str, **changes: object) -> int:
    form = {
        "host": "127.0.0.1",
        "port": str(port),
        "security": "starttls",
        "user": "acme",
        "password": GIVEN,
        "on": "1",
        **changes,
    }
    return person.client.post(PLACE, data=form).status_code


def kept(workspace: Workspace) -> MailServer:
    with workspace.scope() as session:
        return session.scalars(select(MailServer)).one()


def test_mails_go_by_it_from_their_writers_own_address(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    theirs: PostOffice,
    clock: Clock,
) -> None:
    assert keep(alice, theirs.port) == 303
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted == []
    ((envelope, _recipients, _raw),) = theirs.accepted
    (mail,) = theirs.messages
    assert envelope == "bob@acme.example"
    assert str(mail["From"]) == "Bob Baker <bob@acme.example>"
    assert only_message(acme).state == State.SENT
    assert kept(acme).worked_at is not None
    assert "Works" in alice.client.get(PLACE).text


def test_one_that_is_switched_off_is_not_used(
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, theirs.port, on="")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert (len(post_office.accepted), theirs.accepted) == (1, [])
    assert str(post_office.messages[0]["From"]) == "Bob Baker <no-reply@zuke.test>"


def test_one_that_fails_is_waited_for_and_told(
    acme: Workspace,
    globex: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, free_port())
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted == []
    message = only_message(acme)
    assert message.state == State.WAITING
    assert "It will be tried again. No connection to the mail server." in (
        bob.client.get(customer.url).text
    )
    assert "Fails" in alice.client.get(PLACE).text
    assert "Your mail server fails since" in bob.client.get(f"{customer.url}/mail").text
    keep(alice, theirs.port)
    clock.shift(timedelta(minutes=2))
    send_out()
    assert len(theirs.accepted) == 1
    assert "Your mail server fails since" not in bob.client.get(f"{customer.url}/mail").text


def test_it_fails_since_its_first_failure_and_says_what_the_last_one_said(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    keep(alice, free_port())
    first = clock.now
    alice.client.post(f"{PLACE}/test")
    clock.shift(timedelta(hours=3))
    with acme.acting(alice) as by:
        note_failure("sign-in|535 5.7.8 No", by)
    server = kept(acme)
    assert server.failed_at == first
    page = alice.client.get(PLACE).text
    assert "The mail server did not accept our sign-in. It said: “535 5.7.8 No”" in page


def test_what_a_server_says_stands_beside_our_sentence_in_the_readers_language(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, theirs.port)
    theirs.at_recipient = ["550 5.7.1 We don't \x07like you"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert "The mail server refused it. It said: “550 5.7.1 We don&#39;t like you”" in (
        bob.client.get(customer.url).text
    )
    bob.client.set_cookie("lang", "zh-CN", domain=acme.host)
    page = bob.client.get(customer.url).text
    assert "邮件服务器拒收。对方答复：“550 5.7.1 We don&#39;t like you”" in page


def test_mails_that_go_by_it_take_nothing_of_the_services_share(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    theirs: PostOffice,
    post_office: PostOffice,
    app: Flask,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.move_to(clock.now.replace(minute=5, second=0))
    settings = app.extensions["settings"]
    monkeypatch.setitem(
        app.extensions, "settings", settings.model_copy(update={"mails_per_hour": 2})
    )
    keep(alice, theirs.port)
    for number in range(4):
        post_mail(bob, customer, subject=f"Offer {number}")
    clock.shift(TEN_SECONDS)
    Worker(app, app.extensions["settings"]).drain()
    assert len(theirs.accepted) == 4


def test_a_server_that_takes_minutes_has_two_mails_at_once_and_the_others_wait(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, theirs.port)
    for number in range(3):
        post_mail(bob, customer, subject=f"Offer {number}")
    clock.shift(TEN_SECONDS)
    with acme.scope() as session:
        first = session.scalars(
            select(Message).order_by(Message.created_at, Message.id).limit(2)
        ).all()
        for one in first:
            one.state, one.taken_at = State.SENDING, clock.now
    send_out()
    assert theirs.accepted == []
    with acme.scope() as session:
        session.execute(update(Message).where(Message.taken_at.is_not(None)).values(state="sent"))
    clock.shift(timedelta(minutes=1))
    send_out()
    assert len(theirs.accepted) == 1


def test_two_presses_at_one_moment_keep_one_server(acme: Workspace, alice: Person) -> None:
    met = Barrier(2)
    browsers = [alice.sign_in(), alice.sign_in()]
    form = {"host": "127.0.0.1", "security": "starttls", "user": "acme", "password": GIVEN}

    def press(number: int) -> int:
        met.wait()
        return browsers[number].post(PLACE, data={**form, "port": f"250{number}"}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, (0, 1))) == [303, 303]
    assert kept(acme).port in (2500, 2501)


def test_a_refused_recipient_is_no_failure_of_the_server(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, theirs.port)
    theirs.at_recipient = ["550 No such user"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert only_message(acme).state == State.FAILED
    assert kept(acme).failed_at is None


def test_the_password_is_sealed_shown_to_nobody_and_not_given_to_another_host(
    acme: Workspace, alice: Person, theirs: PostOffice
) -> None:
    keep(alice, theirs.port)
    before = kept(acme).password
    assert GIVEN not in before
    assert GIVEN not in alice.client.get(PLACE).text
    assert keep(alice, theirs.port, password="") == 303
    assert kept(acme).password == before
    for change in ({"host": "localhost"}, {"user": "eve"}):
        assert keep(alice, theirs.port, password="", **change) == 422
    assert kept(acme).host == "127.0.0.1"
    with acme.scope() as session:
        session.execute(update(MailServer).values({MailServer.password: BROKEN}))
    answer = alice.client.post(f"{PLACE}/test", follow_redirects=True)
    assert "enter it again" in answer.text


def test_the_button_says_whether_it_works(
    acme: Workspace, alice: Person, theirs: PostOffice
) -> None:
    keep(alice, theirs.port)
    answer = alice.client.post(f"{PLACE}/test", follow_redirects=True)
    assert "The mail server took our sign-in." in answer.text
    keep(alice, free_port())
    answer = alice.client.post(f"{PLACE}/test", follow_redirects=True)
    assert "It does not work: No connection to the mail server." in answer.text
    assert kept(acme).failed_at is not None
    assert theirs.accepted == []


def test_it_is_tried_so_often_and_no_more(alice: Person, theirs: PostOffice) -> None:
    keep(alice, theirs.port)
    answers = [alice.client.post(f"{PLACE}/test").status_code for _time in range(22)]
    assert answers == [303] * 20 + [429] * 2


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0x7f.1",
        "2130706433",
        "[::ffff:10.0.0.1]",
        "::1%lo",
        "metadata",
        "a b.example",
        "smtp.example.com/path",
        "user@smtp.example.com",
        "",
    ],
)
def test_a_server_of_an_inner_network_is_none(acme: Workspace, alice: Person, host: str) -> None:
    assert keep(alice, 587, host=host) == 422
    with acme.scope() as session:
        assert session.scalars(select(MailServer)).all() == []


@pytest.mark.parametrize("port", ["22", "0", "-1", "5e2", "65536", "", "99999999999999999999"])
def test_a_port_of_something_else_is_none(alice: Person, port: str) -> None:
    assert keep(alice, port) == 422


@pytest.mark.parametrize("tls_first", [True, False])
def test_a_name_that_leads_inside_is_not_called(
    monkeypatch: pytest.MonkeyPatch, theirs: PostOffice, *, tls_first: bool
) -> None:
    """Whatever the name said when it was kept: it is judged when it is called."""
    server = Server(
        "localhost", theirs.port, "u", "p", tls_first, is_strangers=True, allow_loopback=False
    )
    with pytest.raises(TryLater, match="no public address"):
        try_out(server)
    rebinding = Server("smtp.example.com", theirs.port, "u", "p", tls_first, is_strangers=True)
    inside = [(2, 1, 6, "", ("10.0.0.1", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_all, **_more: inside)
    with pytest.raises(TryLater, match="no public address"):
        try_out(rebinding)


def test_only_who_sets_up_mail_sees_it(bob: Person, theirs: PostOffice) -> None:
    assert bob.client.get(PLACE).status_code == 403
    assert keep(bob, theirs.port) == 403
    assert bob.client.post(f"{PLACE}/test").status_code == 403


def test_a_removed_server_gives_way_to_the_services(
    alice: Person,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    theirs: PostOffice,
    clock: Clock,
) -> None:
    keep(alice, theirs.port)
    alice.client.post(f"{PLACE}/remove")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert (len(post_office.accepted), theirs.accepted) == (1, [])


def test_another_workspace_knows_nothing_of_it(
    app: Flask, settings: Settings, alice: Person, charlie: Person, theirs: PostOffice
) -> None:
    keep(alice, theirs.port)
    assert str(theirs.port) not in charlie.client.get(PLACE).text
