"""Webhooks tell of mails sent and received, to who may read them, once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.automation.webhooks.models import State, Webhook
from app.kernel.errors import Refused
from tests.automation.conftest import Hooks, Receiver, elsewhere, hooks, receiver
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.corpus import plain
from tests.mail.customers import FRANK, Customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of

__all__ = ["elsewhere", "hooks", "receiver"]
TEN_SECONDS = timedelta(seconds=11)


def test_a_mail_that_was_sent_is_told_once_it_is_and_not_before(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    hooks: Hooks,
    receiver: Receiver,
    send_out: Callable[[], int],
    clock: Clock,
) -> None:
    fresh = hooks.make(alice, receiver.url, "message.sent")
    post_mail(bob, customer)
    hooks.work()
    assert receiver.messages == []
    clock.shift(TEN_SECONDS)
    send_out()
    hooks.work()
    (message,) = receiver.messages
    assert message.is_signed_by(fresh.secret)
    assert message.told["type"] == "message.sent"
    assert message.data["id"] == str(only_message(acme).id)
    assert message.data["to"] == [{"name": "", "address": FRANK}]
    assert message.data["state"] == "sent"
    assert {one["record_type"] for one in message.data["records"]} == {"account", "contact"}


def test_a_mail_that_came_in_is_told(
    alice: Person, bob: Person, customer: Customer, hooks: Hooks, receiver: Receiver, inbox: Inbox
) -> None:
    hooks.make(alice, receiver.url, "message.received", "message.sent")
    inbox.give(plain("We take it")(), address_of(bob))
    hooks.work()
    (message,) = receiver.messages
    assert message.told["type"] == "message.received"
    assert message.data["from"]["address"] == FRANK
    assert "We take it" in message.data["text"]


@pytest.mark.parametrize("reason", ["private", "scopes"])
def test_nothing_is_told_to_who_may_not_read_it(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    hooks: Hooks,
    receiver: Receiver,
    send_out: Callable[[], int],
    clock: Clock,
    reason: str,
) -> None:
    scopes = ["webhook:manage", "contact:read", "account:read"] if reason == "scopes" else None
    everything = ["*"] if scopes is None else None
    hooks.make(alice, receiver.url, "message.sent", scopes=everything)
    if scopes is not None:
        with acme.scope() as session:
            session.execute(update(Webhook).values(scopes=scopes))
    post_mail(bob, customer, **({"private": "1"} if reason == "private" else {}))
    clock.shift(TEN_SECONDS)
    send_out()
    hooks.work()
    assert receiver.messages == []
    assert hooks.one(acme).state == State.WITHHELD


def test_only_who_reads_mails_can_ask_to_be_told(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    with pytest.raises(Refused) as refused:
        hooks.make(alice, receiver.url, "message.sent", scopes=["webhook:manage", "contact:read"])
    assert "events" in refused.value.errors
    with pytest.raises(Refused):
        hooks.make(alice, receiver.url, "message.mailed")


def test_the_form_offers_them_and_group_robots_do_not(alice: Person) -> None:
    assert 'value="message.sent"' in alice.client.get("/settings/webhooks/new").text
    assert 'value="message.sent"' not in alice.client.get("/settings/robots/new").text
