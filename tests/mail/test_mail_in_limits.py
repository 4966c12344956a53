"""Too many mails are asked to come later, for each address and each workspace, and that is told."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.mail.inbound import receive
from app.mail.inbound.models import Fate, IncomingMail, Why
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.corpus import plain
from tests.mail.customers import Customer
from tests.mail.inboxes import Inbox, address_of


def refused(inbox: Inbox, address: str, sender: str) -> int:
    with pytest.raises(smtplib.SMTPResponseException) as answer:
        inbox.take(plain()(), address, sender)
    return int(answer.value.smtp_code)


def lines(workspace: Workspace, why: Why) -> int:
    with workspace.scope() as session:
        return session.scalar(select(func.count()).where(IncomingMail.why == why.value)) or 0


def test_an_address_takes_so_many_an_hour_from_whomever(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    inbox: Inbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receive, "PER_ADDRESS", receive.Limit("mail-in:address", 2, 3600))
    mine, hers = address_of(bob), address_of(alice)
    for number in range(2):
        inbox.take(plain()(), mine, f"{number}@a.example")
    for number in range(3):
        assert refused(inbox, mine, f"{number}@b.example") == 450
    inbox.take(plain()(), hers, "0@b.example")
    assert lines(acme, Why.LIMIT) == 1
    page = bob.client.get("/settings/me/mail-in").text
    assert "Too many came within an hour" in page
    assert "Too many came within an hour" not in alice.client.get("/settings/me/mail-in").text
    clock.shift(timedelta(hours=1))
    inbox.take(plain()(), mine, "0@b.example")


def test_a_workspace_takes_so_many_an_hour_and_another_goes_on(
    acme: Workspace,
    globex: Workspace,
    alice: Person,
    bob: Person,
    charlie: Person,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receive, "PER_WORKSPACE", 2)
    for person in (alice, bob):
        inbox.take(plain()(), address_of(person))
    assert refused(inbox, address_of(alice), "new@a.example") == 450
    assert refused(inbox, address_of(bob), "new@a.example") == 450
    assert lines(acme, Why.LIMIT) == 2
    inbox.take(plain()(), address_of(charlie))


def test_a_workspace_may_have_a_limit_of_its_own(acme: Workspace, bob: Person) -> None:
    facts = replace(acme.facts, limits={"mails_in_per_hour": 1})
    with acme.engine_app.app_context():
        one = receive.Recipient(facts, bob.user_id)
        receive.count_mail([one], "a@a.example")
        with pytest.raises(receive.TooMany):
            receive.count_mail([one], "b@a.example")


def test_what_was_refused_is_kept_nowhere_and_can_not_be_read_again(
    acme: Workspace, bob: Person, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "PER_ADDRESS", receive.Limit("mail-in:address", 0, 3600))
    assert refused(inbox, address_of(bob), "a@a.example") == 450
    with acme.scope() as session:
        line = session.scalars(select(IncomingMail)).one()
    assert (line.state, line.stored, line.size) == (Fate.SKIPPED, None, 0)
    answer = bob.client.post(f"/settings/me/mail-in/{line.id}/again")
    assert answer.status_code == 422
