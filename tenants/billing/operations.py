"""What a firm does about what it rents; each asks Stripe and reads anew what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.billing.apply import Applied, refresh
from tenants.billing.catalogue import from_cents, plan_of_price, price_id
from tenants.billing.checkouts import OVER
from tenants.billing.errors import (
    BillingError,
    BillOpen,
    ChangedSince,
    ChangingNow,
    NoSubscription,
    Uncertain,
    Unreachable,
    YearOnly,
)
from tenants.billing.gateway import Gateway, Plain, last_answered, was_answered
from tenants.billing.holds import IN_FLIGHT, Hold, seats_held
from tenants.billing.models import Subscription
from tenants.billing.queue import plan_read
from tenants.database import control_session
from tenants.facts import TenantFacts
from tenants.plans import Interval, Plan

LOCALES = {"zh-CN": "zh", "zh-TW": "zh-TW", "en": "en"}  # As Stripe calls them.


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to rent."""

    plan: Plan
    interval: Interval
    seats: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change costs: `due` now, `credit` kept for later bills; computed as of `at`."""

    due: Decimal
    credit: Decimal
    currency: str
    at: int


def subscription_of(tenant_id: UUID) -> Subscription | None:
    """The firm's books of its subscription, or None where it never paid."""
    with control_session() as session:
        return session.get(Subscription, tenant_id)


def portal(gateway: Gateway, facts: TenantFacts, *, back: str, language: str) -> str:
    """The address at Stripe where a firm changes its card and finds its invoices."""
    row = subscription_of(facts.id)
    if row is None or row.stripe_customer_id is None:
        raise NoSubscription
    params: Any = {
        "customer": row.stripe_customer_id,
        "return_url": back,
        "locale": LOCALES.get(language, "en"),
    }
    return str(gateway.ask(lambda v1: v1.billing_portal.sessions.create(params=params))["url"])


def preview(gateway: Gateway, facts: TenantFacts, choice: Choice, now: datetime) -> Preview:
    """What a change would cost now, to the cent that `change` then charges.

    BillOpen while a bill of this subscription waits to be paid; YearOnly for a month of one whose
    bills are sent.
    """
    row = living(facts.id)
    demand_year(choice, row.way)
    _demand_paid(gateway, row, choice)
    at = int(max(now, row.period_start or now).timestamp())  # Stripe's clock may be ahead of ours.
    params: Any = {
        "subscription": row.stripe_id,
        "subscription_details": _details(gateway, row, choice, at),
    }
    shown = gateway.ask(lambda v1: v1.invoices.create_preview(params=params))
    if _is_same(row, choice):
        return Preview(Decimal(0), Decimal(0), row.currency, at)
    total = shown["total"]
    credit = from_cents(-total) if total < 0 else Decimal(0)
    return Preview(from_cents(shown["amount_due"]), credit, row.currency, at)


def change(
    gateway: Gateway,
    facts: TenantFacts,
    choice: Choice,
    *,
    at: int,
    press: str,
    now: datetime,
    hold: Hold,
    was: str | None = None,
) -> Applied | None:
    """Change plan, interval or seats as previewed `at` that moment; Declined changes nothing.

    `was` is what stood when somebody was shown the price, as `rented` writes it: ChangedSince
    where Stripe has something else by now, which is asked while nobody else may change it, or was
    changed since `at`. A subscription that was cancelled stays so.
    BillOpen and YearOnly as for `preview`. What is billed by a bill that is sent is given once it
    is paid. Uncertain where Stripe did not answer: until it is known, `hold` keeps the fewer seats.
    """
    row = living(facts.id)
    demand_year(choice, row.way)
    _demand_paid(gateway, row, choice)
    came_again = was_answered(facts.id, "change", press)
    params: Any = {
        **_details(gateway, row, choice, at),
        "payment_behavior": "error_if_incomplete",
        "metadata": {"tenant_id": str(facts.id), "plan": choice.plan.key},
    }
    fewer = choice.seats if choice.seats < row.seats else None
    with (
        read_after(gateway, facts.id, now),
        seats_held(facts.id, fewer, hold, now, now + IN_FLIGHT),
    ):
        if was is not None:
            _demand_unchanged(gateway, row, choice, was, at)
        gateway.change(
            facts.id,
            "change",
            press,
            now,
            lambda v1, options: v1.subscriptions.update(
                row.stripe_id, params=params, options=options
            ),
        )
    applied = known(gateway, facts.id, now)
    if came_again and not _is_same(living(facts.id), choice):
        raise ChangedSince  # It was charged by then, and changed again by somebody.
    return applied


def cancel_at_end(gateway: Gateway, facts: TenantFacts, now: datetime) -> Applied | None:
    """Let the subscription end with the period that is paid."""
    return _set_end(gateway, facts, now, ends=True)


def resume(gateway: Gateway, facts: TenantFacts, now: datetime) -> Applied | None:
    """Let a subscription that was to end go on."""
    return _set_end(gateway, facts, now, ends=False)


def set_tax_id(
    gateway: Gateway, facts: TenantFacts, kind: str, value: str, press: str, now: datetime
) -> None:
    """Let the firm's tax id stand on its bills, in place of those before."""
    row = subscription_of(facts.id)
    if row is None or row.stripe_customer_id is None:
        raise NoSubscription
    customer = row.stripe_customer_id
    params: Any = {"type": kind, "value": value}
    before = list(gateway.pages(lambda v1: v1.customers.tax_ids.list(customer)))
    if any(one["value"] == value and one["type"] == kind for one in before):
        return
    gateway.change(
        facts.id,
        "tax_id",
        press,
        now,
        lambda v1, options: v1.customers.tax_ids.create(customer, params=params, options=options),
    )
    for one in before:
        _drop_tax_id(gateway, customer, str(one["id"]))


def rented(plan: str, interval: str, seats: int) -> str:
    """What a subscription stands at, from which the price of a change of it is computed."""
    return f"{plan}:{interval}:{seats}"


def demand_year(choice: Choice, way: str) -> None:
    """YearOnly for less than a year where the bill is sent, and so paid days later."""
    if way == "invoice" and choice.interval != "year":
        raise YearOnly


def living(tenant_id: UUID) -> Subscription:
    """The firm's subscription at Stripe; NoSubscription where it has none that lives."""
    row = subscription_of(tenant_id)
    if row is None or row.stripe_id is None or row.status in OVER or row.way == "transfer":
        raise NoSubscription
    return row


@contextmanager
def read_after(
    gateway: Gateway, tenant_id: UUID, now: datetime, *, charges: bool = True
) -> Iterator[None]:
    """Say of a call that was not answered that nobody knows, where it may have charged somebody.

    Where Stripe or we refused, what was held is free again.
    """
    try:
        yield
    except Unreachable as error:
        if charges:
            raise Uncertain(str(error)) from error
        raise
    except ChangingNow:
        raise  # Nothing was held, and what is belongs to somebody else.
    except BillingError:
        with suppress(BillingError):
            refresh(gateway, tenant_id, now, release=True)
        raise


def known(gateway: Gateway, tenant_id: UUID, now: datetime) -> Applied | None:
    """Read what came of a change that Stripe made; Uncertain where that can't be known yet.

    That is where Stripe does not answer to it, or somebody else asks about the firm by now: the
    change is made all the same, and whoever held seats for it has planned that it is read.
    """
    try:
        return refresh(gateway, tenant_id, now, release=True)
    except (Unreachable, ChangingNow) as error:
        raise Uncertain(str(error)) from error


def _drop_tax_id(gateway: Gateway, customer: str, its_id: str) -> None:
    gateway.ask(lambda v1: v1.customers.tax_ids.delete(customer, its_id))


def _demand_paid(gateway: Gateway, row: Subscription, choice: Choice) -> None:
    if _is_same(row, choice):
        return  # Nothing changes; or it was changed already, and this press comes again.
    params: Any = {"subscription": row.stripe_id, "status": "open", "limit": 100}
    bills = gateway.pages(lambda v1: v1.invoices.list(params=params))
    if (
        row.unpaid_since is not None
        or row.waits is not None
        or any(bill["amount_remaining"] for bill in bills)
    ):
        raise BillOpen


def _demand_unchanged(
    gateway: Gateway, row: Subscription, choice: Choice, was: str, at: int
) -> None:
    found = gateway.ask(lambda v1: v1.subscriptions.retrieve(row.stripe_id))
    item = found["items"]["data"][0]
    price, seats = item["price"], item["quantity"]
    stands = rented(plan_of_price(price), price["recurring"]["interval"], seats)
    if stands == rented(choice.plan.key, choice.interval, choice.seats):
        return
    changed_at = last_answered(row.tenant_id, "change")
    # Of a moment before that, what is given up would be credited for time that nobody paid.
    if stands != was or (changed_at is not None and at < int(changed_at.timestamp())):
        raise ChangedSince


def _details(gateway: Gateway, row: Subscription, choice: Choice, at: int) -> Plain:
    """The change as both the preview and the update say it."""
    price = price_id(gateway, choice.plan, row.currency, choice.interval)
    return {
        "items": [{"id": row.stripe_item_id, "price": price, "quantity": choice.seats}],
        "proration_behavior": "always_invoice",
        "proration_date": at,
    }


def _is_same(row: Subscription, choice: Choice) -> bool:
    wanted = (choice.plan.key, choice.interval, choice.seats)
    return (row.plan, row.interval, row.seats) == wanted


def _set_end(gateway: Gateway, facts: TenantFacts, now: datetime, *, ends: bool) -> Applied | None:
    row = living(facts.id)
    params: Any = {"cancel_at_period_end": ends}
    with control_session() as session:
        plan_read(session, facts.id, now + IN_FLIGHT, now)
    with read_after(gateway, facts.id, now):
        gateway.ask(lambda v1: v1.subscriptions.update(row.stripe_id, params=params))
    return known(gateway, facts.id, now)
