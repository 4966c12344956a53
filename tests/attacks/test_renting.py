"""What is rented, attacked by firms that would like more of it than they pay for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.demo.stripe.hooks import signature
from tests.billing.conftest import SECRET, Till, till
from tests.billing.test_plan_page import PLACE
from tests.cast import Person, Workspace

__all__ = ["till"]

MONTHLY = {"plan": "starter", "interval": "month"}


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
