"""Webhooks: whoever asked is told of what happened, signed, once under each id, and no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.automation.webhooks.models import State, WebhookDelivery
from app.automation.webhooks.operations import (
    delete_webhook,
    get_webhook,
    rotate_secret,
)
from app.automation.webhooks.tries import MOST_TRIES
from app.identity.models import FieldRule, Role
from app.kernel.errors import Refused
from app.kernel.outgoing import Line
from app.records.door import perform
from app.records.many import perform_many
from tenants.control import Job
from tenants.database import control_session
from tests.automation.conftest import PATIENCE, Hooks, Receiver, Statements, make_account
from tests.automation.test_webhooks_kept import let_manage
from tests.cast import Person
from tests.conftest import Clock

Elsewhere = Callable[..., Receiver]


def test_a_new_account_is_told_as_the_api_shows_it(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    fresh = hooks.make(alice, receiver.url)
    account_id = make_account(alice, city="York")
    hooks.work()
    (message,) = receiver.messages
    assert message.is_signed_by(fresh.secret)
    assert message.headers["webhook-id"].startswith("msg_")
    assert message.told["type"] == "account.created"
    assert message.data["id"] == account_id
    assert (message.data["name"], message.data["city"]) == ("Fence & Sons", "York")
    assert message.data["changes"]["city"] == [None, "York"]
    delivery = hooks.one(alice.workspace)
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)


def test_only_what_was_asked_for_is_told(alice: Person, hooks: Hooks, receiver: Receiver) -> None:
    hooks.make(alice, receiver.url, "account.updated", "activity.completed")
    account_id = make_account(alice)
    with alice.workspace.acting(alice) as by:
        task = perform("activity", "create", by=by, kind="task", subject="Call")
        perform("activity", "complete", task, by=by)
    with alice.workspace.acting(alice) as by:
        from app.crm.models import Account

        account = by.session.get_one(Account, account_id)
        perform("account", "update", account, by=by, city="Leeds")
    hooks.work()
    told = sorted((one.told["type"], one.data["changes"].get("city")) for one in receiver.messages)
    assert told == [("account.updated", [None, "Leeds"]), ("activity.completed", None)]


def test_a_change_that_is_undone_tells_nothing(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    hooks.make(alice, receiver.url)
    with suppress(ZeroDivisionError), alice.workspace.acting(alice) as by:
        perform("account", "create", by=by, name="Never")
        raise ZeroDivisionError
    with alice.workspace.acting(alice) as by:
        with suppress(ZeroDivisionError), by.session.begin_nested():
            perform("account", "create", by=by, name="Taken back")
            raise ZeroDivisionError
        perform("account", "create", by=by, name="Kept")
    hooks.work()
    assert [one.data["name"] for one in receiver.messages] == ["Kept"]


def test_a_workspace_without_webhooks_asks_the_database_nothing_more(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    def statements() -> list[str]:
        with alice.workspace.acting(alice) as by, Statements() as counted:
            perform("account", "create", by=by, name="Counted")
        return counted.said

    make_account(alice)
    before = statements()
    fresh = hooks.make(alice, receiver.url)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        delete_webhook(by, get_webhook(by, fresh.webhook.id))
    make_account(alice)  # What is wanted is read once by each process, after a change.
    assert len(statements()) == len(before)
    assert not any("webhook" in one or "control.job" in one for one in before)


def test_a_batch_is_one_job_and_one_statement_however_many_rows(
    alice: Person, hooks: Hooks, receiver: Receiver, app: Flask
) -> None:
    hooks.make(alice, receiver.url)
    with alice.workspace.acting(alice) as by:
        perform_many("account", "create", [{"name": f"Firm {n}"} for n in range(300)], by=by)
    with app.app_context(), control_session() as session:
        of_acme = select(Job).where(Job.tenant_id == alice.workspace.facts.id)
        kinds = [one.kind for one in session.scalars(of_acme) if "webhook" in one.kind]
    assert kinds == ["dispatch_webhooks"]
    hooks.work()
    assert {one.data["name"] for one in receiver.messages} == {f"Firm {n}" for n in range(300)}
    assert len(receiver.messages) == 300
    assert receiver.most_at_once <= 5


def test_a_field_that_the_role_hides_is_left_out(
    alice: Person, bob: Person, hooks: Hooks, receiver: Receiver
) -> None:
    let_manage(bob)
    with alice.workspace.scope() as session:
        role_id = session.scalars(select(Role.id).where(Role.key == "sales_rep")).one()
        session.add(FieldRule(role_id=role_id, record_type="account", field="phone", access=0))
        session.execute(update(Role).where(Role.id == role_id).values(stamp=role_id))
    hooks.make(bob, receiver.url)
    make_account(alice, owner_id=str(bob.user_id), phone="+44 20 7946 0958", city="York")
    hooks.work()
    (message,) = receiver.messages
    assert "phone" not in message.body
    assert message.data["changes"]["city"] == [None, "York"]


def test_a_record_out_of_reach_is_not_sent(
    alice: Person, bob: Person, hooks: Hooks, receiver: Receiver
) -> None:
    let_manage(bob)
    hooks.make(bob, receiver.url)
    make_account(alice)
    make_account(bob, name="Mine")
    hooks.work()
    assert [one.data["name"] for one in receiver.messages] == ["Mine"]
    states = sorted(one.state for one in hooks.deliveries(alice.workspace))
    assert states == [State.DELIVERED, State.WITHHELD]
    assert all(one.body is None for one in hooks.deliveries(alice.workspace) if one.attempts == 0)


def test_a_webhook_made_by_a_narrow_token_tells_no_more_than_the_token_reads(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    hooks.make(alice, receiver.url, "account.created", scopes=["webhook:manage", "account:read"])
    with pytest.raises(Refused, match="marked fields"):
        hooks.make(alice, receiver.url, "contact.created", scopes=["webhook:manage"])
    make_account(alice)
    hooks.work()
    (message,) = receiver.messages
    # References to types that the token may not read are left out like hidden fields.
    assert "last_activity_at" not in message.data


def test_what_was_deleted_is_told_and_what_is_erased_only_by_its_id(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    from app.crm.models import Account
    from app.records.erase import erase_record
    from app.records.tailored import tailored

    hooks.make(alice, receiver.url, "account.deleted", "account.erased")
    account_id = make_account(alice)
    with alice.workspace.acting(alice) as by:
        account = by.session.get_one(Account, account_id)
        perform("account", "delete", account, by=by)
    hooks.work()
    assert (receiver.messages[0].told["type"], receiver.messages[0].data["name"]) == (
        "account.deleted",
        "Fence & Sons",
    )
    with alice.workspace.acting(alice) as by:
        erase_record(tailored("account", by), by.session.get_one(Account, account_id), by)
    # What was sent of it before went with it.
    assert hooks.deliveries(alice.workspace) == []
    hooks.work()
    assert receiver.messages[1].data == {"id": account_id, "changes": {}}


def test_the_earlier_secret_signs_for_a_day(
    alice: Person, hooks: Hooks, receiver: Receiver, clock: Clock
) -> None:
    fresh = hooks.make(alice, receiver.url)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        second = rotate_secret(by, get_webhook(by, fresh.webhook.id))
    make_account(alice)
    hooks.work()
    assert receiver.messages[0].is_signed_by(fresh.secret)
    assert receiver.messages[0].is_signed_by(second.secret)
    clock.shift(timedelta(hours=25))
    make_account(alice)
    hooks.work()
    assert receiver.messages[1].is_signed_by(second.secret)
    with pytest.raises(Exception, match="No matching signature"):
        receiver.messages[1].is_signed_by(fresh.secret)


def test_a_secret_is_sealed_and_opens_at_no_other_webhook(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    one = hooks.make(alice, receiver.url, name="One")
    two = hooks.make(alice, receiver.url, name="Two")
    with alice.workspace.scope():
        by = alice.workspace.actor(alice)
        row = get_webhook(by, one.webhook.id)
        assert one.secret not in row.secret
        get_webhook(by, two.webhook.id).secret = row.secret
    make_account(alice)
    hooks.work()
    assert [message.is_signed_by(one.secret) for message in receiver.messages] == [True]


def test_the_good_address_is_not_held_up_by_two_hundred_dead_ones(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are held are given up by nobody meanwhile: a slow machine is no part of it."""
    from app.automation.webhooks.sender import EXTENSION, Sender
    from app.jobs.worker import Worker

    good, dead = elsewhere(), elsewhere(500)
    patient = Line(allow_loopback=True, seconds=600)
    sender = Sender(hooks.app, hooks.settings, patient)
    monkeypatch.setitem(hooks.app.extensions, EXTENSION, sender)
    fresh = hooks.make(alice, good.url, name="Good")
    make_account(alice)
    hooks.work()  # It is known to answer from here on.
    dead.hold = threading.Event()
    for n in range(200):
        hooks.make(alice, f"{dead.url}/{n}", name=f"Dead {n}")
    make_account(alice)
    worker = Worker(hooks.app, hooks.settings)
    worker.drain()
    for number in range(20):
        make_account(alice, name=f"While others are dead {number}")
        worker.drain()
    # The dead ones hold every thread that they may have; the good one gets all of its messages.
    for _try in range(20 * PATIENCE):
        if len(good.messages) == 22:
            break
        time.sleep(0.05)
    assert len(good.messages) == 22
    assert dead.most_at_once <= 3
    dead.hold.set()
    assert fresh.secret
    with alice.workspace.scope() as session:
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.state == "waiting"))
    sender.wait(PATIENCE)


def test_a_sender_that_was_lost_is_followed_by_another(
    alice: Person, hooks: Hooks, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.automation.webhooks.sender import Sender

    hooks.make(alice, receiver.url)
    make_account(alice)
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "_hand_over", lambda *_what: None)  # It died after it had taken it.
        hooks.work()
    assert (hooks.one(alice.workspace).state, len(receiver.messages)) == (State.SENDING, 0)
    hooks.work()
    assert len(receiver.messages) == 0
    clock.shift(timedelta(seconds=63))
    hooks.work()
    assert (hooks.one(alice.workspace).state, len(receiver.messages)) == (State.DELIVERED, 1)


def test_a_message_over_which_every_sender_was_lost_is_tried_no_more(
    alice: Person, hooks: Hooks, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.automation.webhooks.sender import Sender

    hooks.make(alice, receiver.url)
    make_account(alice)
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "_hand_over", lambda *_what: None)
        for _try in range(MOST_TRIES):
            hooks.work()
            assert hooks.one(alice.workspace).state == State.SENDING
            clock.shift(timedelta(seconds=63))
    hooks.work()
    ended = hooks.one(alice.workspace)
    assert (ended.state, ended.attempts) == (State.FAILED, MOST_TRIES)
    assert receiver.messages == []


def test_a_late_outcome_of_a_lost_sender_changes_nothing(
    alice: Person, hooks: Hooks, elsewhere: Elsewhere
) -> None:
    from app.automation.webhooks.outcome import record
    from app.automation.webhooks.parcel import Parcel

    receiver = elsewhere(200)
    fresh = hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    delivery = hooks.one(alice.workspace)
    late = Parcel(delivery.id, fresh.webhook.id, 1, receiver.url, {}, "", on_trial=False)
    with hooks.app.app_context(), alice.workspace.acting() as by:
        record(by, late, None, "time", 10.0)
    assert hooks.one(alice.workspace).state == State.DELIVERED
    assert hooks.webhook(alice.workspace, fresh.webhook.id).failures == 0


def test_one_workspace_tells_nothing_of_another(
    alice: Person, charlie: Person, hooks: Hooks, receiver: Receiver
) -> None:
    hooks.make(alice, receiver.url)
    make_account(charlie, name="Of Globex")
    hooks.work()
    assert receiver.messages == []
