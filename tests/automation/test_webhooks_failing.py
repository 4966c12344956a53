"""What becomes of what an address does not take: tried again, told, switched off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.automation.webhooks.models import State, Stopped, WebhookDelivery
from app.automation.webhooks.operations import (
    get_webhook,
    replay,
    replay_failed,
    send_test,
    switch,
)
from app.identity.models import Notice, User
from app.identity.operations.users import disable_user
from app.kernel.errors import Refused
from app.records.door import perform
from tenants.control import Job
from tenants.database import control_session
from tests.automation.conftest import Hooks, Receiver, make_account
from tests.automation.test_webhooks_kept import let_manage
from tests.cast import Person
from tests.conftest import Clock

Elsewhere = Callable[..., Receiver]


def test_a_failure_is_tried_again_under_the_same_id_with_the_same_body(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock
) -> None:
    receiver = elsewhere(500, 503, 200)
    fresh = hooks.make(alice, receiver.url)
    account_id = make_account(alice)
    hooks.work()
    assert len(receiver.messages) == 1
    assert hooks.one(alice.workspace).state == State.WAITING
    with alice.workspace.acting(alice) as by:  # What changes meanwhile has its own events.
        from app.crm.models import Account

        perform("account", "update", by.session.get_one(Account, account_id), by=by, city="Bath")
    clock.shift(timedelta(seconds=7))
    hooks.work()
    clock.shift(timedelta(seconds=32))
    hooks.work()
    first, *others = receiver.messages
    assert len(others) == 2
    assert {(one.headers["webhook-id"], one.body) for one in others} == {
        (first.headers["webhook-id"], first.body)
    }
    assert others[-1].headers["webhook-timestamp"] != first.headers["webhook-timestamp"]
    assert others[-1].is_signed_by(fresh.secret)
    delivery = hooks.one(alice.workspace)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 3, 200)
    assert hooks.webhook(alice.workspace, fresh.webhook.id).failures == 0


def test_after_eight_tries_in_some_fourteen_hours_it_has_failed(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock
) -> None:
    receiver = elsewhere(500)
    hooks.make(alice, receiver.url)
    make_account(alice)
    began = clock.now
    while True:
        hooks.work()
        delivery = hooks.one(alice.workspace)
        if delivery.state != State.WAITING:
            break
        clock.move_to(max(delivery.next_at, clock.now) + timedelta(minutes=16))
    assert (delivery.state, delivery.attempts, len(receiver.messages)) == ("failed", 8, 8)
    assert timedelta(hours=14) < clock.now - began < timedelta(hours=18)


def test_retry_after_is_kept_to(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock
) -> None:
    receiver = elsewhere((429, {"Retry-After": "120"}), 200)
    hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    assert hooks.one(alice.workspace).next_at == clock.now + timedelta(seconds=120)
    clock.shift(timedelta(seconds=60))
    hooks.work()
    assert len(receiver.messages) == 1
    clock.shift(timedelta(seconds=63))
    hooks.work()
    assert len(receiver.messages) == 2


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_a_failure_and_not_followed(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, status: int
) -> None:
    other = elsewhere()
    receiver = elsewhere((status, {"Location": other.url}))
    hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    assert (len(receiver.messages), len(other.messages)) == (1, 0)
    assert hooks.one(alice.workspace).state == State.WAITING


def test_an_address_that_leads_inside_by_now_is_not_called_and_tells_nothing(
    alice: Person, hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.automation.webhooks.sender import sender_of
    from app.kernel.outgoing import Line

    hooks.make(alice, receiver.url)
    sender = sender_of(hooks.app, hooks.settings)
    monkeypatch.setattr(sender, "line", Line())
    make_account(alice)
    hooks.work()
    delivery = hooks.one(alice.workspace)
    assert (delivery.error, delivery.status, delivery.answer) == ("address", None, None)
    assert receiver.messages == []


def test_a_test_is_sent_and_failed_ones_again(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock
) -> None:
    receiver = elsewhere(500)
    receiver.text = b"x" * 3000 + b"\x00"
    fresh = hooks.make(alice, receiver.url)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        send_test(by, get_webhook(by, fresh.webhook.id))
    hooks.work()
    assert receiver.messages[0].told["type"] == "webhook.test"
    delivery = hooks.one(alice.workspace)
    assert delivery.answer == "x" * 1024
    assert "webhook-signature" not in (delivery.headers or {})
    with alice.workspace.scope() as session:
        session.execute(update(WebhookDelivery).values(state="failed", finished_at=clock.now))
    receiver.answers = [200]
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        webhook = get_webhook(by, fresh.webhook.id)
        assert replay_failed(by, webhook, clock.now + timedelta(seconds=1)) == 0
        assert replay_failed(by, webhook) == 1
    hooks.work()
    assert hooks.one(alice.workspace).state == State.DELIVERED
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        replay(by, get_webhook(by, fresh.webhook.id), hooks_delivery(by))
    hooks.work()
    ids = {one.headers["webhook-id"] for one in receiver.messages}
    assert (len(receiver.messages), len(ids)) == (3, 1)


def hooks_delivery(by: object) -> WebhookDelivery:
    found: WebhookDelivery = by.session.scalars(select(WebhookDelivery)).one()  # type: ignore[attr-defined]
    return found


def test_an_address_that_failed_for_days_is_switched_off_and_its_people_are_told(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock, app: Flask
) -> None:
    receiver = elsewhere(500)
    fresh = hooks.make(alice, receiver.url, name="Stock")
    make_account(alice)
    hooks.work()
    clock.shift(timedelta(days=3, minutes=1))
    hooks.work()
    webhook = hooks.webhook(alice.workspace, fresh.webhook.id)
    assert webhook.stopped == Stopped.FAILING
    assert hooks.one(alice.workspace).state == State.FAILED
    with alice.workspace.scope() as session:
        (notice,) = session.scalars(select(Notice).where(Notice.user_id == alice.user_id))
    assert "Stock" in notice.text
    with app.app_context(), control_session() as session:
        of_acme = select(Job).where(Job.tenant_id == alice.workspace.facts.id)
        jobs = [one for one in session.scalars(of_acme) if one.kind == "send_mail"]
    assert len(jobs) == 1
    make_account(alice)
    hooks.work()
    assert len(receiver.messages) == 2


def test_an_address_that_is_gone_is_switched_off_at_once(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere
) -> None:
    receiver = elsewhere(410)
    fresh = hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    assert hooks.webhook(alice.workspace, fresh.webhook.id).stopped == Stopped.GONE


def test_a_webhook_stops_with_its_person(
    alice: Person, bob: Person, hooks: Hooks, receiver: Receiver
) -> None:
    let_manage(bob)
    fresh = hooks.make(bob, receiver.url)
    with alice.workspace.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    make_account(alice)
    hooks.work()
    assert receiver.messages == []
    assert hooks.webhook(alice.workspace, fresh.webhook.id).stopped == Stopped.PERSON
    with (
        hooks.app.app_context(),
        alice.workspace.acting(alice) as by,
        pytest.raises(Refused, match="can't sign in"),
    ):
        switch(by, get_webhook(by, fresh.webhook.id), on=True)


def test_a_webhook_that_is_switched_off_sends_nothing_and_its_waiting_ones_have_failed(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, clock: Clock
) -> None:
    receiver = elsewhere(500)
    fresh = hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        switch(by, get_webhook(by, fresh.webhook.id), on=False)
    make_account(alice)
    clock.shift(timedelta(hours=1))
    hooks.work()
    assert (len(receiver.messages), hooks.one(alice.workspace).state) == (1, "failed")
    receiver.answers = [200]
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        webhook = get_webhook(by, fresh.webhook.id)
        switch(by, webhook, on=True)
        assert replay_failed(by, webhook) == 1
    hooks.work()
    assert hooks.one(alice.workspace).state == State.DELIVERED
