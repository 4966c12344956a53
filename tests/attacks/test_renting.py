"""What is rented, attacked by firms that would like more of it than they pay for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.demo.stripe.hooks import signature
from tenants.billing.operations import subscription_of
from tests.billing.conftest import SECRET, Till, till
from tests.billing.test_plan_page import PLACE, choose, fields
from tests.cast import Person, Workspace
from tests.conftest import Clock

__all__ = ["till"]

MONTHLY = {"plan": "starter", "interval": "month"}


def change(person: Person, seats: str, **forged: str) -> Any:
    """Look at the price of so many seats and take it, with what is forged in the form."""
    shown = choose(person.client, **MONTHLY, seats=seats)
    data = fields(shown, f"{PLACE}/change") | forged
    return person.client.post(f"{PLACE}/change", data=data)


def test_no_seat_is_credited_for_time_in_which_it_was_not_paid(
    clock: Clock, till: Till, acme: Workspace, alice: Person
) -> None:
    till.subscribe(acme, seats=3)
    till.tell_all()
    clock.shift(timedelta(hours=1))
    before = str(int(clock.now.timestamp()))
    clock.shift(timedelta(minutes=14))
    assert change(alice, "15").status_code == 303
    clock.shift(timedelta(seconds=20))
    answer = change(alice, "3", at=before)
    assert answer.status_code == 200
    assert "What you rent was changed since the price was shown" in answer.text
    assert till.facts(acme).limits["seats"] == 15
    now = fields(answer.text, f"{PLACE}/change")
    assert alice.client.post(f"{PLACE}/change", data=now).status_code == 303
    more, less = sorted(till.world.all("invoice"), key=lambda one: one["created"])[1:]
    assert more["total"] >= -less["total"]


def test_a_subscription_that_was_cancelled_is_not_renewed_by_giving_seats_back(
    till: Till, acme: Workspace, alice: Person, app: Flask
) -> None:
    till.subscribe(acme, seats=15)
    till.tell_all()
    assert alice.client.post(f"{PLACE}/cancel").status_code == 303
    shown = choose(alice.client, **MONTHLY, seats="10")
    assert "You have cancelled: it still ends with the period that is paid." in shown
    assert change(alice, "10").status_code == 303
    with app.app_context():
        row = subscription_of(acme.facts.id)
    assert row is not None
    assert (row.seats, row.cancels_at_period_end) == (10, True)
    assert "It ends on" in alice.client.get(PLACE).text


@pytest.mark.parametrize("press", ["按键", "é", "a\r\nX-Evil: 1", "\u2028", "\x7f"])
def test_a_press_of_any_letters_pays_as_others_do(
    till: Till, acme: Workspace, alice: Person, press: str
) -> None:
    shown = choose(alice.client, **MONTHLY, seats="3")
    data = fields(shown, f"{PLACE}/pay") | {"press": press}
    answer = alice.client.post(f"{PLACE}/pay", data=data)
    assert answer.status_code == 200, answer.text
    assert len(till.world.all("checkout.session", status="open")) == 1


ODD: dict[str, Any] = {
    "no object": {"data": {}},
    "a list of data": {"data": []},
    "a text of data": {"data": "x"},
    "a list of object": {"data": {"object": [1]}},
    "a text of object": {"data": {"object": "x"}},
    "NUL": {"data": {"object": {"id": "cus_\x00", "object": "customer"}}},
    "half a letter": {"data": {"object": {"id": "\ud83d", "object": "customer"}}},
    "a number of type": {"type": 7},
    "a list of customer": {"data": {"object": {"customer": ["x"]}}},
    "endless numbers": {"data": {"object": {"amount": float("inf"), "rest": float("nan")}}},
    "an endless moment": {"created": 10**30},
    "metadata that is text": {
        "type": "customer.updated",
        "data": {"object": {"object": "customer", "id": "cus_1", "metadata": "x"}},
    },
}


@pytest.mark.parametrize("how", ODD)
def test_a_notice_of_any_shape_is_kept_or_refused(till: Till, how: str) -> None:
    event = {"id": "evt_odd1", "object": "event", "type": "customer.updated", "created": 1}
    body = json.dumps(event | ODD[how]).encode()
    headers = {"Stripe-Signature": signature(body, SECRET), "Content-Type": "application/json"}
    answer = till.guest.post("/webhooks/stripe", data=body, headers=headers)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        till.apply(event)


def test_a_notice_as_deep_as_can_be_is_no_failure(till: Till) -> None:
    body = '{"id":"evt_deep","object":"event","data":' + "[" * 100_000 + "]" * 100_000 + "}"
    raw = body.encode()
    headers = {"Stripe-Signature": signature(raw, SECRET), "Content-Type": "application/json"}
    answer = till.guest.post("/webhooks/stripe", data=raw, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": "٣"},
        {"seats": "1e3"},
        {"seats": "-1"},
        {"seats": "0"},
        {"seats": "9" * 400},
        {"seats": "3.0"},
        {"seats": "NaN"},
        {"plan": "trial"},
        {"plan": "../starter"},
        {"plan": ""},
        {"interval": "week"},
        {"interval": "YEAR"},
        {"way": "barter"},
    ],
)
@pytest.mark.parametrize("place", ["", "/pay", "/change"])
def test_odd_choices_are_refused_in_words(
    till: Till, acme: Workspace, alice: Person, changes: dict[str, str], place: str
) -> None:
    wish = {**MONTHLY, "seats": "3", "at": "1", "was": "x", **changes}
    answer = alice.client.post(f"{PLACE}{place}", data=wish)
    assert answer.status_code < 500
    if "way" not in changes:
        assert answer.status_code == 422, answer.text
    assert till.world.all("subscription") == []
