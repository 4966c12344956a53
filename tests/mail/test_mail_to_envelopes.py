"""Where reports on a mail go, nothing else gets in but what its own people write, for a while."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.mail.inbound import receive
from app.mail.inbound.models import Fate, Why
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_contact
from tests.mail.corpus import plain, raw
from tests.mail.customers import FRANK, Customer, only_message
from tests.mail.inboxes import Inbox, address_of
from tests.mail.test_bounces import last_line, marks, report, went

__all__ = ["went"]
EVE = "eve@evil.example"
COMPLAINT = """\
From: <abuse@mx.example>
Subject: FW: Our offer
Message-ID: <complaint@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Test/1.0
Version: 1
{more}
--b
Content-Type: message/rfc822

Subject: Our offer

--b--
"""


def complaint(kind: str = "abuse", whom: str = FRANK) -> bytes:
    more = f"Original-Rcpt-To: <{whom}>\n" if whom else ""
    return raw(COMPLAINT.format(kind=kind, more=more))()


def test_a_stranger_who_learned_of_that_address_is_not_heard_though_a_contact(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    with acme.acting(bob) as by:
        make_contact(by, "Eve", email=EVE)
    inbox.give(plain("Buy here", sender=EVE)(), went(), sender=EVE)
    assert last_line(acme) == (Fate.SKIPPED, Why.STRANGER)
    assert only_message(acme).bounces == {}
    ledger = bob.client.get("/settings/me/mail-in").text
    assert "your e-mail did not go to whoever wrote it" in ledger


@pytest.mark.parametrize("key", ["to", "cc", "bcc"])
def test_everybody_whom_the_mail_went_to_is_heard(
    acme: Workspace, bob: Person, went: Callable[..., str], inbox: Inbox, key: str
) -> None:
    with acme.acting(bob) as by:
        make_contact(by, "Zoe", email="zoe@fence.example")
    inbox.give(
        plain("We take it", sender="Zoe <ZOE@fence.example>")(), went(**{key: "zoe@fence.example"})
    )
    assert last_line(acme) == (Fate.STORED, None)


def test_the_address_ends_after_a_while(
    acme: Workspace, bob: Person, went: Callable[..., str], inbox: Inbox, clock: Clock
) -> None:
    envelope = went()
    clock.shift(receive.LIVES - timedelta(days=1))
    inbox.give(plain("We take it")(), envelope)
    assert last_line(acme) == (Fate.STORED, None)
    clock.shift(timedelta(days=2))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        inbox.give(plain("Are you there?", Message_ID="<two@fence.example>")(), envelope)


def test_what_comes_to_one_takes_nothing_from_its_writers_own_address(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    went: Callable[..., str],
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receive, "PER_MAIL", receive.Limit("mail-in:reports", 2, 3600))
    monkeypatch.setattr(receive, "PER_ADDRESS", receive.Limit("mail-in:address", 1, 3600))
    clock.move_to(clock.now.replace(minute=5))
    envelope = went()
    for number in range(2):
        inbox.take(plain("Buy", sender=EVE, Message_ID=f"<{number}@evil.example>")(), envelope, EVE)
    with pytest.raises(smtplib.SMTPDataError):
        inbox.take(plain("Buy", sender=EVE, Message_ID="<3@evil.example>")(), envelope, EVE)
    inbox.give(plain("We take it")(), address_of(bob))
    assert "We take it" in bob.client.get(customer.url).text


def test_who_reports_a_mail_as_unwanted_is_told_on_its_card(
    acme: Workspace, bob: Person, customer: Customer, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(complaint(), went(), sender="")
    assert last_line(acme) == (Fate.STORED, Why.BOUNCE)
    assert only_message(acme).bounces[FRANK]["kind"] == "complaint"
    assert marks(acme) == []
    page = bob.client.get(customer.url).text
    assert f"Reported as unwanted by: {FRANK}" in page
    assert "Not delivered" not in page


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (lambda: complaint("not-spam"), Why.AUTOMATIC),
        (lambda: complaint(whom=EVE), Why.FORGED),
        (lambda: complaint(whom=""), Why.FORGED),
        (lambda: complaint().replace(b"message/feedback-report", b"text/plain"), Why.AUTOMATIC),
    ],
    ids=["good", "stranger", "nobody", "no report"],
)
def test_other_feedback_changes_nothing(
    acme: Workspace, went: Callable[..., str], inbox: Inbox, told: Callable[[], bytes], why: Why
) -> None:
    inbox.give(told(), went(cc="ann@fence.example"), sender="")
    assert last_line(acme) == (Fate.SKIPPED, why)
    assert only_message(acme).bounces == {}


def test_an_absence_is_skipped_and_stands_in_the_ledger(
    acme: Workspace, went: Callable[..., str], inbox: Inbox
) -> None:
    inbox.give(plain("I am away", Auto_Submitted="auto-replied")(), went(), sender="")
    assert last_line(acme) == (Fate.SKIPPED, Why.AUTOMATIC)


def test_a_report_and_a_complaint_after_weeks_are_told_as_late(
    acme: Workspace, went: Callable[..., str], inbox: Inbox, clock: Clock
) -> None:
    envelope = went()
    clock.shift(timedelta(days=15))
    for late in (report(FRANK), complaint()):
        inbox.give(late, envelope, sender="")
        assert last_line(acme) == (Fate.SKIPPED, Why.LATE)
    assert only_message(acme).bounces == {}
