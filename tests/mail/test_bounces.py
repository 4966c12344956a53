"""What comes back of a mail stands with it and with its address, and nothing forged does."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.reports import Kind, kind_of, read_report
from app.mail.messages.models import Message, State, Unreachable
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_contact
from tests.mail.conftest import PostOffice
from tests.mail.corpus import plain, raw
from tests.mail.customers import FRANK, Customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of

TEN_SECONDS = timedelta(seconds=11)
ANN = "ann@fence.example"
BLOCK = """\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
"""
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: <>
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@mx.example>
Auto-Submitted: auto-replied
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{blocks}
--b
Content-Type: message/rfc822

Subject: Our offer

--b--
"""


def report(
    *addresses: str,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "",
    more: str = "",
    number: int = 1,
) -> bytes:
    blocks = "\n".join(
        BLOCK.format(
            address=one, action=action, status=status, said=said or f"550 <{one}>: User unknown"
        )
        for one in addresses
    )
    return raw(REPORT.format(blocks=blocks, more=more, number=number))()


@pytest.fixture
def went(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> Callable[..., str]:
    """Send a mail and answer with the envelope sender that it went out under."""

    def send(**changes: str) -> str:
        assert post_mail(bob, customer, **changes).status_code == 303
        clock.shift(TEN_SECONDS)
        send_out()
        return str(post_office.accepted[-1][0])

    return send


def last_line(workspace: Workspace) -> tuple[str, str | None]:
    with workspace.scope() as session:
        line = session.scalars(select(IncomingMail).order_by(IncomingMail.id.desc())).first()
        assert line is not None
        return line.state, line.why


def marks(workspace: Workspace) -> list[Unreachable]:
    with workspace.scope() as session:
        return list(session.scalars(select(Unreachable)))


def test_each_mail_has_an_envelope_sender_of_its_own_and_keeps_it(
    bob: Person,
    customer: Customer,
    went: Callable[..., str],
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    first, second = went(), went(subject="Another")
    assert first != second
    assert re.fullmatch(r"acme\+[a-z2-7]{23}@in\.zuke\.test", first)
    post_office.at_recipient = ["451 Greylisted"]
    post_mail(bob, customer, subject="A third")
    clock.shift(TEN_SECONDS)
    send_out()
    clock.shift(timedelta(minutes=2))
    send_out()
    assert len({sender for sender, _to, _raw in post_office.accepted}) == 3


def test_an_address_that_does_not_exist_is_marked_on_record_timeline_and_in_the_composer(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(report(FRANK), went(), sender="")
    assert last_line(acme) == (Fate.STORED, Why.BOUNCE)
    message = only_message(acme)
    assert message.bounces[FRANK]["kind"] == "hard"
    page = bob.client.get(customer.url).text
    assert "Not delivered" in page
    assert f"Not delivered to: {FRANK} (5.1.1 550 &lt;…&gt;: User unknown)" in page
    assert f"E-mails do not reach {FRANK} since" in page
    assert "told that e-mails do not reach the address" in page
    assert f"E-mails do not reach {FRANK} since" in bob.client.get(f"{customer.url}/mail").text
    ledger = bob.client.get("/settings/me/mail-in").text
    assert "It tells what became of an e-mail of yours." in ledger
    (mark,) = marks(acme)
    assert FRANK not in f"{mark.digest} {mark.said}"


def test_another_address_is_not_marked_and_the_same_of_another_contact_is(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(report(FRANK), went(), sender="")
    with acme.acting(bob) as by:
        twin = make_contact(by, "Twin", email=FRANK.upper())
    assert "E-mails do not reach" in bob.client.get(f"/contacts/{twin.id}").text
    version = re.search(
        r'name="version" value="(\d+)"', bob.client.get(f"{customer.url}/edit").text
    )
    assert version is not None
    changed = {"last_name": "Frank", "email": "frank@new.example", "version": version[1]}
    bob.client.post(f"{customer.url}/edit", data=changed)
    page = bob.client.get(customer.url).text
    assert "frank@new.example" in page
    assert "E-mails do not reach" not in page


def test_a_full_mailbox_is_told_and_the_address_stays_good(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(report(FRANK, status="5.2.2", said="552 mailbox full"), went(), sender="")
    assert only_message(acme).bounces[FRANK]["kind"] == "soft"
    assert marks(acme) == []
    page = bob.client.get(customer.url).text
    assert "5.2.2 552 mailbox full" in page
    assert "E-mails do not reach" not in page


def test_a_delay_is_told_until_it_ends(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    envelope = went()
    inbox.give(report(FRANK, action="delayed", status="4.4.1"), envelope, sender="")
    page = bob.client.get(customer.url).text
    assert f"Delayed on the way to: {FRANK}" in page
    assert "Not delivered" not in page
    inbox.give(report(FRANK, number=2), envelope, sender="")
    page = bob.client.get(customer.url).text
    assert "Delayed on the way" not in page
    assert "Not delivered" in page
    inbox.give(report(FRANK, action="delayed", status="4.4.1", number=3), envelope, sender="")
    assert last_line(acme) == (Fate.SKIPPED, Why.DUPLICATE)
    assert only_message(acme).bounces[FRANK]["kind"] == "hard"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", Kind.HARD),
        ("failed", "5.1.10", Kind.HARD),
        ("failed", "5.0.0", Kind.HARD),
        ("failed", "5.1.7", Kind.SOFT),
        ("failed", "5.1.8", Kind.SOFT),
        ("failed", "5.1.9", Kind.SOFT),
        ("failed", "5.4.4", Kind.HARD),
        ("failed", "5.2.1", Kind.HARD),
        ("failed", "5.2.2", Kind.SOFT),
        ("failed", "5.2.3", Kind.SOFT),
        ("failed", "5.3.4", Kind.SOFT),
        ("failed", "5.6.1", Kind.SOFT),
        ("failed", "5.7.1", Kind.SOFT),
        ("failed", "4.4.7", Kind.SOFT),
        ("delayed", "4.2.0", Kind.DELAYED),
        ("failed", "2.0.0", None),
        ("failed", "", None),
        ("failed", "9.9.9", None),
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
        ("", "5.1.1", None),
    ],
)
def test_what_a_status_means(action: str, status: str, kind: Kind | None) -> None:
    assert kind_of(action, status) == kind


def test_of_several_people_the_one_who_is_named_is_meant(
    acme: Workspace, bob: Person, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(report(ANN), went(cc=ANN), sender="")
    assert list(only_message(acme).bounces) == [ANN]


def test_an_address_that_leads_on_to_another_is_the_one_that_was_written_to(
    acme: Workspace, bob: Person, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(report("frank.private@elsewhere.example"), went(), sender="")
    assert list(only_message(acme).bounces) == [FRANK]


def test_a_hidden_copy_that_comes_back_is_told_to_its_writer_alone(
    alice: Person, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    boss = "boss@elsewhere.example"
    inbox.give(report(boss), went(bcc=boss), sender="")
    assert boss in bob.client.get(customer.url).text
    page = alice.client.get(customer.url).text
    assert boss not in page
    assert "Not delivered" not in page


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        (lambda: report("eve@evil.example"), Why.FORGED),
        (lambda: report(ANN, more="Received: a\n" * 41), Why.LOOP),
        (lambda: report(ANN, action="delivered", status="2.0.0"), Why.AUTOMATIC),
        (lambda: report(ANN).replace(b"delivery-status;", b"disposition;"), Why.AUTOMATIC),
        (lambda: report(ANN).replace(b"message/delivery-status", b"text/plain"), Why.AUTOMATIC),
        (report, Why.AUTOMATIC),
    ],
    ids=["stranger", "loop", "delivered", "no report", "no status", "empty"],
)
def test_what_does_not_fit_the_mail_changes_nothing(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    went: Callable[..., str],
    inbox: Inbox,
    forged: Callable[[], bytes],
    why: Why,
) -> None:
    inbox.give(forged(), went(cc=ANN), sender="")
    assert last_line(acme) == (Fate.SKIPPED, why)
    assert only_message(acme).bounces == {}
    assert marks(acme) == []


def test_a_report_to_ones_own_address_or_to_a_made_up_one_is_none(
    acme: Workspace, globex: Workspace, bob: Person, went: Callable[..., str], inbox: Inbox
) -> None:
    envelope = went()
    inbox.give(report(FRANK), address_of(bob), sender="")
    assert last_line(acme) == (Fate.SKIPPED, Why.AUTOMATIC)
    proof = "a" if envelope[27] != "a" else "b"
    for made_up in (
        envelope.replace("acme+", "globex+"),
        envelope[:27] + proof + envelope[28:],
    ):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            inbox.give(report(FRANK), made_up, sender="")
    assert only_message(acme).bounces == {}


def test_the_same_report_twice_is_noted_once(
    acme: Workspace, went: Callable[..., str], inbox: Inbox
) -> None:
    envelope = went()
    for _time in range(2):
        inbox.give(report(FRANK), envelope, sender="")
    assert last_line(acme) == (Fate.SKIPPED, Why.DUPLICATE)
    assert len(marks(acme)) == 1


def test_a_report_after_weeks_is_none(
    acme: Workspace, went: Callable[..., str], inbox: Inbox, clock: Clock
) -> None:
    envelope = went()
    clock.shift(timedelta(days=15))
    inbox.give(report(FRANK), envelope, sender="")
    assert last_line(acme) == (Fate.SKIPPED, Why.LATE)


def test_a_person_who_answers_to_that_address_is_heard(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(plain("We take it")(), went())
    assert last_line(acme) == (Fate.STORED, None)
    assert "We take it" in bob.client.get(customer.url).text


def test_a_mail_that_comes_from_there_later_clears_the_mark(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    went: Callable[..., str],
    inbox: Inbox,
    clock: Clock,
) -> None:
    inbox.give(report(FRANK), went(), sender="")
    clock.shift(timedelta(days=1))
    mail = plain("Here I am")().replace(
        b"From:", f"Date: {clock.now:%a, %d %b %Y %T} +0000\nFrom:".encode(), 1
    )
    inbox.give(mail, address_of(bob))
    assert marks(acme) == []
    page = bob.client.get(customer.url).text
    assert "E-mails do not reach" not in page
    assert "told that e-mails reach the address again" in page


def test_who_knows_better_takes_the_mark_off(
    acme: Workspace,
    bob: Person,
    dora: Person,
    customer: Customer,
    went: Callable[..., str],
    inbox: Inbox,
) -> None:
    inbox.give(report(FRANK), went(), sender="")
    url = f"{customer.url}/mail/reachable"
    assert dora.client.post(url).status_code == 403
    assert "It works again" not in dora.client.get(customer.url).text
    assert len(marks(acme)) == 1
    assert "It works again" in bob.client.get(customer.url).text
    assert bob.client.post(url).status_code == 303
    assert marks(acme) == []


def test_an_address_that_the_server_refuses_at_once_is_marked_too(
    acme: Workspace,
    went: Callable[..., str],
    post_office: PostOffice,
    bob: Person,
    customer: Customer,
) -> None:
    post_office.at_recipient = ["550 5.1.1 No such user here"]
    went(cc=ANN)
    assert len(marks(acme)) == 1
    post_office.at_recipient = ["550 5.7.1 We do not like you", "250 OK"]
    went(cc="zoe@fence.example", to=ANN)
    assert len(marks(acme)) == 1


@pytest.mark.parametrize("status", ["5.1.7", "5.1.8", "5.1.9"])
def test_a_refusal_that_speaks_of_the_sender_marks_no_customer(
    acme: Workspace, went: Callable[..., str], post_office: PostOffice, inbox: Inbox, status: str
) -> None:
    said = f"550 {status} Sender address rejected"
    inbox.give(report(FRANK, status=status, said=said), went(), sender="")
    post_office.at_recipient = [said, said]
    went(to=ANN, cc="zoe@fence.example")
    assert marks(acme) == []


def test_each_of_several_who_do_not_exist_is_marked(
    acme: Workspace, went: Callable[..., str], post_office: PostOffice
) -> None:
    went()
    post_office.at_recipient = ["550 5.1.1 No such user", "550 5.1.10 No mail here"]
    went(to=ANN, cc="zoe@fence.example")
    assert len(marks(acme)) == 2


def test_what_was_unknown_is_known_to_have_left_once_it_comes_back(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    inbox: Inbox,
    clock: Clock,
) -> None:
    post_office.after_data = ["drop"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert only_message(acme).state == State.UNKNOWN
    inbox.give(report(FRANK), post_office.accepted[-1][0], sender="")
    assert only_message(acme).state == State.SENT


def test_broken_reports_are_no_fault_of_ours() -> None:
    whole = report(FRANK)
    for cut in range(0, len(whole), 37):
        read_report(whole[:cut])
    many = report(*(f"a{n}@b.example" for n in range(500)))
    assert len(read_report(many) or ()) <= 200


def test_a_page_without_marks_asks_nothing_for_them(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    from tests.automation.conftest import Statements

    with Statements() as statements:
        bob.client.get(customer.url)
    assert not any("unreachable_addresses" in one for one in statements.said)
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []
