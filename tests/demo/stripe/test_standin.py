"""The stand-in for Stripe, called by the official client: it keeps its state, and is not laxer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import stripe
from stripe import StripeClient

from app.demo.stripe.hooks import body_of, signature
from app.demo.stripe.periods import Part, after
from app.demo.stripe.server import Standin, serve_aside
from app.demo.stripe.world import World

KEY = "sk_test_stand_in"
GOOD, DECLINED, LATER = "4242 4242 4242 4242", "4000000000000002", "4000000000000341"
DAY = 86400
START = int(datetime(2026, 1, 31, 9, 0, tzinfo=UTC).timestamp())


@pytest.fixture
def standin() -> Iterator[Standin]:
    server, made = serve_aside(World(), KEY)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(standin: Standin) -> StripeClient:
    url = standin.world.secret["base_url"]
    return StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)


@pytest.fixture
def prices(client: StripeClient) -> dict[str, str]:
    client.v1.products.create(params={"id": "zuke_starter", "name": "Starter"})
    made = {}
    for interval, amount in (("month", 1200), ("year", 12000)):
        made[interval] = client.v1.prices.create(
            params={
                "product": "zuke_starter",
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": interval},  # type: ignore[typeddict-item]
                "lookup_key": f"starter-{interval}",
            }
        ).id
    return made


def press(url: str, **typed: str) -> tuple[int, str]:
    """Send a form of a page; the status and the page, without following on to another host."""
    try:
        with urlopen(url, urlencode(typed).encode()) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def customer_at(client: StripeClient, moment: int = START) -> Any:
    clock = client.v1.test_helpers.test_clocks.create(params={"frozen_time": moment})
    return client.v1.customers.create(
        params={"name": "Acme", "email": "a@acme.example", "test_clock": clock.id}
    )


def subscribe(
    client: StripeClient, customer: Any, price: str, card: str = GOOD, seats: int = 3
) -> Any:
    """Pay by the checkout's page; the subscription, once the card was taken."""
    session = client.v1.checkout.sessions.create(
        params={
            "mode": "subscription",
            "customer": customer.id,
            "line_items": [{"price": price, "quantity": seats}],
            "success_url": f"{client.v1.customers._requestor.base_addresses['api']}/style.css",
        }
    )
    status, _page = press(session.url or "", number=card)
    if status != 200:
        return status
    done = client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status) == ("complete", "paid")
    return client.v1.subscriptions.retrieve(str(done.subscription))


def advance(client: StripeClient, customer: Any, days: float) -> None:
    clock = client.v1.test_helpers.test_clocks.retrieve(customer.test_clock)
    client.v1.test_helpers.test_clocks.advance(
        clock.id, params={"frozen_time": int(clock.frozen_time + days * DAY)}
    )


def types(standin: Standin) -> list[str]:
    return [one["type"] for one in reversed(standin.world.all("event"))]


def test_a_checkout_makes_a_subscription_whose_first_bill_is_paid(
    client: StripeClient, prices: dict[str, str], standin: Standin
) -> None:
    sub = subscribe(client, customer_at(client), prices["month"])
    assert (sub.status, sub["items"].data[0].quantity) == ("active", 3)
    bill = client.v1.invoices.retrieve(sub.latest_invoice)
    assert (bill.status, bill.amount_paid, bill.amount_remaining) == ("paid", 3600, 0)
    told = types(standin)
    assert "invoice.paid" in told
    assert told[-1] == "checkout.session.completed"


def test_a_declined_card_begins_nothing_and_says_why(
    client: StripeClient, prices: dict[str, str], standin: Standin
) -> None:
    assert subscribe(client, customer_at(client), prices["month"], DECLINED) == 402
    assert subscribe(client, customer_at(client), prices["month"], "4242424242424241") == 402
    assert standin.world.all("subscription") == []
    assert standin.world.all("invoice") == []


def test_a_seat_in_the_middle_of_a_month_costs_what_was_previewed(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    sub = subscribe(client, customer, prices["month"])
    advance(client, customer, 14)
    item = sub["items"].data[0]
    change = {
        "items": [{"id": item.id, "quantity": 5}],
        "proration_behavior": "always_invoice",
        "proration_date": START + 14 * DAY,
    }
    shown = client.v1.invoices.create_preview(
        params={"subscription": sub.id, "subscription_details": change}  # type: ignore[typeddict-item]
    )
    days = (item.current_period_end - item.current_period_start) // DAY
    assert days == 28  # From January 31st to February 28th.
    assert [line.amount for line in shown.lines.data] == [-1800, 3000]
    assert shown.amount_due == 1200
    done = client.v1.subscriptions.update(sub.id, params=change)  # type: ignore[arg-type]
    bill = client.v1.invoices.retrieve(str(done.latest_invoice))
    assert (bill.amount_due, bill.status) == (1200, "paid")
    assert done["items"].data[0].quantity == 5


def test_fewer_seats_become_credit_that_the_next_bill_uses(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    sub = subscribe(client, customer, prices["month"])
    advance(client, customer, 14)
    client.v1.subscriptions.update(
        sub.id,
        params={
            "items": [{"id": sub["items"].data[0].id, "quantity": 1}],
            "proration_behavior": "always_invoice",
        },
    )
    assert client.v1.customers.retrieve(customer.id).balance == -1200
    advance(client, customer, 20)
    bill = client.v1.invoices.list(params={"customer": customer.id}).data[0]
    assert (bill.total, bill.amount_due, bill.status) == (1200, 0, "paid")


def test_switching_to_a_year_bills_the_year_at_once_less_what_is_left_of_the_month(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    sub = subscribe(client, customer, prices["month"])
    advance(client, customer, 14)
    done = client.v1.subscriptions.update(
        sub.id, params={"items": [{"id": sub["items"].data[0].id, "price": prices["year"]}]}
    )
    bill = client.v1.invoices.retrieve(str(done.latest_invoice))
    assert bill.amount_due == 3 * 12000 - 1800
    item = done["items"].data[0]
    assert item.current_period_end == after(START + 14 * DAY, "year")


def test_a_card_that_fails_at_the_next_bill_is_tried_again_and_then_unpaid(
    client: StripeClient, prices: dict[str, str], standin: Standin
) -> None:
    customer = customer_at(client)
    sub = subscribe(client, customer, prices["month"])
    portal = client.v1.billing_portal.sessions.create(params={"customer": customer.id})
    assert press(portal.url, number=LATER)[0] == 200
    advance(client, customer, 29)
    assert client.v1.subscriptions.retrieve(sub.id).status == "past_due"
    bill = client.v1.invoices.list(params={"customer": customer.id, "status": "open"}).data[0]
    assert bill.attempt_count == 1
    advance(client, customer, 16)
    assert client.v1.subscriptions.retrieve(sub.id).status == "unpaid"
    assert client.v1.invoices.retrieve(bill.id).attempt_count == 4
    assert press(bill.hosted_invoice_url or "", way="card", number=GOOD)[0] == 200
    assert client.v1.subscriptions.retrieve(sub.id).status == "active"
    assert types(standin).count("invoice.payment_failed") == 4


def test_an_invoice_that_is_sent_is_paid_by_alipay_or_falls_due(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    sub = client.v1.subscriptions.create(
        params={
            "customer": customer.id,
            "items": [{"price": prices["year"], "quantity": 2}],
            "collection_method": "send_invoice",
            "days_until_due": 10,
        }
    )
    bill = client.v1.invoices.retrieve(str(sub.latest_invoice))
    assert (bill.status, bill.due_date) == ("open", START + 10 * DAY)
    advance(client, customer, 11)
    assert client.v1.subscriptions.retrieve(sub.id).status == "past_due"
    assert press(bill.hosted_invoice_url or "", way="alipay")[0] == 200
    assert client.v1.subscriptions.retrieve(sub.id).status == "active"


def test_one_that_ends_with_its_period_ends_then_and_may_be_resumed_before(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    sub = subscribe(client, customer, prices["month"])
    ending = client.v1.subscriptions.update(sub.id, params={"cancel_at_period_end": True})
    assert ending.cancel_at == sub["items"].data[0].current_period_end
    resumed = client.v1.subscriptions.update(sub.id, params={"cancel_at_period_end": False})
    assert resumed.cancel_at is None
    client.v1.subscriptions.update(sub.id, params={"cancel_at_period_end": True})
    advance(client, customer, 30)
    assert client.v1.subscriptions.retrieve(sub.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(sub.id, params={"cancel_at_period_end": False})


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"nonsense": "1"}, "nonsense"),
        ({"customer": "cus_nobody", "items": [{"price": "p"}]}, "customer"),
        ({"items": [{"price": "p", "colour": "red"}]}, "items[0][colour]"),
        ({"items": [{"price": "p", "quantity": "many"}]}, "items[0][quantity]"),
        ({"collection_method": "by_pigeon"}, "collection_method"),
        ({"cancel_at_period_end": "maybe"}, "cancel_at_period_end"),
        ({"description": ""}, "description"),
        ({"days_until_due": "soon"}, "days_until_due"),
        ({"items": "all"}, "items"),
    ],
)
def test_what_stripe_refuses_is_refused(
    client: StripeClient, params: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.create(params=params)  # type: ignore[arg-type]
    assert refused.value.param == param


def test_two_currencies_of_one_customer_are_refused(
    client: StripeClient, prices: dict[str, str]
) -> None:
    customer = customer_at(client)
    subscribe(client, customer, prices["month"])
    other = client.v1.prices.create(
        params={
            "product": "zuke_starter",
            "currency": "cny",
            "unit_amount": 6900,
            "recurring": {"interval": "month"},
        }
    )
    with pytest.raises(stripe.InvalidRequestError, match="currencies"):
        client.v1.subscriptions.create(
            params={"customer": customer.id, "items": [{"price": other.id}]}
        )


def test_a_lookup_key_belongs_to_one_price_until_another_takes_it(
    client: StripeClient, prices: dict[str, str]
) -> None:
    again = {
        "product": "zuke_starter",
        "currency": "usd",
        "unit_amount": 1500,
        "recurring": {"interval": "month"},
        "lookup_key": "starter-month",
    }
    with pytest.raises(stripe.InvalidRequestError, match="lookup key"):
        client.v1.prices.create(params=again)  # type: ignore[arg-type]
    made = client.v1.prices.create(params={**again, "transfer_lookup_key": True})  # type: ignore[typeddict-item]
    found = client.v1.prices.list(params={"lookup_keys": ["starter-month"]}).data
    assert [one.id for one in found] == [made.id]


def test_the_same_key_gives_the_same_answer_and_another_wish_under_it_is_refused(
    client: StripeClient, standin: Standin
) -> None:
    options: Any = {"idempotency_key": "one-wish"}
    first = client.v1.customers.create(params={"name": "Acme"}, options=options)
    second = client.v1.customers.create(params={"name": "Acme"}, options=options)
    assert first.id == second.id
    assert len(standin.world.all("customer")) == 1
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create(params={"name": "Globex"}, options=options)


def test_a_wrong_key_an_unknown_call_and_a_failure_are_told_as_stripe_tells_them(
    client: StripeClient, standin: Standin
) -> None:
    url = standin.world.secret["base_url"]
    stranger = StripeClient("sk_other", base_addresses={"api": url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.coupons.create(params={"percent_off": 10})
    standin.faults[:] = [500]
    with pytest.raises(stripe.APIError):
        client.v1.events.list()


def test_lists_are_paged(client: StripeClient) -> None:
    made = [client.v1.customers.create(params={"name": str(n)}).id for n in range(5)]
    page = client.v1.events.list(params={"limit": 2, "type": "customer.created"})
    assert (len(page.data), page.has_more) == (2, True)
    names = [one.data.object["id"] for one in page.auto_paging_iter()]
    assert names == list(reversed(made))


def test_its_signature_is_the_one_that_stripe_s_own_library_takes(
    client: StripeClient, standin: Standin
) -> None:
    client.v1.customers.create(params={"name": "Acme"})
    body = body_of(standin.world.all("event")[0])
    header = signature(body, "whsec_test")
    event = client.construct_event(body, header, "whsec_test")
    assert event.type == "customer.created"


def test_its_state_outlives_it(tmp_path: Path, client: StripeClient, standin: Standin) -> None:
    standin.world.file = tmp_path / "stripe.json"
    made = client.v1.customers.create(params={"name": "Acme"})
    again = World(file=standin.world.file)
    again.load()
    assert again.get("customer", made.id)["name"] == "Acme"


def test_months_end_with_their_last_day() -> None:
    def day(moment: int) -> str:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"

    assert day(after(START, "month")) == "2026-02-28"
    assert day(after(START, "month", 2)) == "2026-03-31"
    leap = int(datetime(2028, 2, 29, tzinfo=UTC).timestamp())
    assert day(after(leap, "year")) == "2029-02-28"


def test_a_part_and_its_credit_cancel_out() -> None:
    for at in range(0, 101, 7):
        part = Part(0, 100, at)
        assert part.of(-999) == -part.of(999)
    assert Part(0, 100, 50).of(999) == 500
