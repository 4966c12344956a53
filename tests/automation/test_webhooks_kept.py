"""Who may make and change webhooks, and how long what they sent is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.automation.webhooks.operations import (
    Wish,
    change_webhook,
    forget_deliveries,
    get_webhook,
    replay_failed,
    rotate_secret,
    send_test,
    switch,
)
from app.identity.models import Grant, Role, User
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.records.door import perform
from tests.automation.conftest import Hooks, Receiver, Statements, make_account
from tests.cast import Person
from tests.conftest import Clock

Elsewhere = Callable[..., Receiver]


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com/", "http://10.0.0.1/", "http://example.com:5432/"],
)
def test_an_address_that_can_t_be_called_is_refused_beside_its_field(
    alice: Person, hooks: Hooks, url: str
) -> None:
    with pytest.raises(Refused) as refused:
        hooks.make(alice, url)
    assert set(refused.value.errors) == {"url"}


def test_every_mistake_is_told_at_once(alice: Person, hooks: Hooks) -> None:
    with pytest.raises(Refused) as refused:
        hooks.make(alice, "nowhere", "account.exploded", name=" ")
    assert set(refused.value.errors) == {"name", "url", "events"}


def test_a_colleague_without_the_right_makes_none(bob: Person, hooks: Hooks) -> None:
    with pytest.raises(NotPermitted):
        hooks.make(bob, "https://example.com/")


def test_nobody_turns_the_webhook_of_somebody_who_may_do_more(
    alice: Person, bob: Person, hooks: Hooks, receiver: Receiver, elsewhere: Elsewhere
) -> None:
    let_manage(bob)
    mine = elsewhere()
    fresh = hooks.make(alice, receiver.url)
    with hooks.app.app_context(), alice.workspace.acting(bob) as by:
        webhook = get_webhook(by, fresh.webhook.id)
        for work in (
            lambda: change_webhook(by, webhook, Wish(url=mine.url)),
            lambda: rotate_secret(by, webhook),
            lambda: send_test(by, webhook),
            lambda: replay_failed(by, webhook),
        ):
            with pytest.raises(NotPermitted):
                work()
        switch(by, webhook, on=False)  # Stopping a leak is nobody's privilege.
    assert hooks.webhook(alice.workspace, fresh.webhook.id).url == receiver.url


def test_who_comes_second_is_told(alice: Person, hooks: Hooks, receiver: Receiver) -> None:
    fresh = hooks.make(alice, receiver.url)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        webhook = get_webhook(by, fresh.webhook.id)
        change_webhook(by, webhook, Wish(name="Shop"), 1)
        with pytest.raises(Conflict):
            change_webhook(by, webhook, Wish(name="Till"), 1)


def test_deliveries_are_forgotten_after_thirty_days(
    alice: Person, hooks: Hooks, receiver: Receiver, clock: Clock
) -> None:
    hooks.make(alice, receiver.url)
    make_account(alice)
    hooks.work()
    with alice.workspace.scope() as session:
        assert forget_deliveries(session, clock.now + timedelta(days=29)) == 0
        assert forget_deliveries(session, clock.now + timedelta(days=31)) == 1


def let_manage(person: Person) -> None:
    """Let the role of somebody manage webhooks."""
    with person.workspace.scope() as session:
        role = session.get_one(Role, session.get_one(User, person.user_id).role_id)
        session.add(Grant(role_id=role.id, record_type="webhook", verb="manage", reach=3))
        role.stamp = person.user_id


def test_what_is_asked_for_is_read_once_by_each_process(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    hooks.make(alice, receiver.url, "contact.created")
    make_account(alice)
    with alice.workspace.acting(alice) as by, Statements() as counted:
        perform("account", "create", by=replace(by), name="Counted")
    assert not any("webhook" in one or "control.job" in one for one in counted.said)
