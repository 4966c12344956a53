"""Beginning to rent: a checkout at Stripe, or a bill that Stripe sends; never two of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tenants.billing.apply import Applied, refresh
from tenants.billing.catalogue import price_id
from tenants.billing.checkouts import (
    LASTS,
    OVER,
    close_checkouts,
    living_subscriptions,
    open_checkouts,
)
from tenants.billing.errors import AlreadySubscribed, ChangingNow, NoSubscription, TransferAsked
from tenants.billing.gateway import Gateway
from tenants.billing.holds import IN_FLIGHT, Hold, seats_held
from tenants.billing.models import Subscription, TransferRequest
from tenants.billing.operations import (
    LOCALES,
    Choice,
    demand_year,
    known,
    read_after,
    subscription_of,
)
from tenants.billing.queue import plan_read
from tenants.billing.standing import TO_PAY
from tenants.billing.turns import turn
from tenants.database import control_session
from tenants.facts import TenantFacts

A_MOMENT = timedelta(seconds=20)  # After it, whoever asks Stripe about a firm now is done.


def checkout(
    gateway: Gateway,
    facts: TenantFacts,
    choice: Choice,
    currency: str,
    *,
    email: str,
    language: str,
    urls: tuple[str, str],
    press: str,
    now: datetime,
    hold: Hold,
) -> str:
    """The address at Stripe where a firm pays for the first time; `urls` lead back, done or not.

    It can be paid for an hour, and earlier ones no more; as long, `hold` keeps the seats.
    AlreadySubscribed where it has a subscription: what is changed there is changed by `change`.
    """
    _demand_none(facts.id, now)
    customer = ensure_customer(
        gateway, facts, currency, email=email, language=language, press=press, now=now
    )
    price = price_id(gateway, choice.plan, currency, choice.interval)
    told = {"tenant_id": str(facts.id), "plan": choice.plan.key}
    until = now + timedelta(seconds=LASTS)
    params: Any = {
        "mode": "subscription",
        "customer": customer,
        "line_items": [{"price": price, "quantity": choice.seats}],
        "success_url": urls[0],
        "cancel_url": urls[1],
        "client_reference_id": str(facts.id),
        "expires_at": int(until.timestamp()),
        "locale": LOCALES.get(language, "en"),
        "metadata": {**told, "seats": str(choice.seats)},
        "subscription_data": {"metadata": told},
    }
    with (
        read_after(gateway, facts.id, now, charges=False),
        _alone(gateway, facts, choice.seats, customer, hold, now, until),
    ):
        made = gateway.change(
            facts.id,
            "checkout",
            f"{press}:{params['expires_at']}",  # The one before was closed, so this is another.
            now,
            lambda v1, options: v1.checkout.sessions.create(params=params, options=options),
        )
    return str(made["url"])


def withdraw(gateway: Gateway, facts: TenantFacts, now: datetime) -> Applied | None:
    """Close the checkouts that are open, so that nobody pays them any more.

    Where somebody else asks about the firm at this moment, what stands is read a little later.
    """
    row = subscription_of(facts.id)
    if row is None or row.stripe_customer_id is None:
        raise NoSubscription
    close_checkouts(gateway, open_checkouts(gateway, row.stripe_customer_id))
    try:
        return refresh(gateway, facts.id, now, release=True)
    except ChangingNow:
        with control_session() as session:
            plan_read(session, facts.id, now + A_MOMENT, now)
        return None


def prepay(
    gateway: Gateway,
    facts: TenantFacts,
    choice: Choice,
    currency: str,
    *,
    email: str,
    language: str,
    press: str,
    now: datetime,
    hold: Hold,
) -> Applied | None:
    """Begin a subscription whose bill Stripe sends, to be paid there by Alipay, WeChat or card.

    It is given once that is paid. YearOnly for less than a year. Uncertain where Stripe did not
    answer; see `checkout` and `change` for the rest.
    """
    demand_year(choice, "invoice")
    _demand_none(facts.id, now)
    customer = ensure_customer(
        gateway, facts, currency, email=email, language=language, press=press, now=now
    )
    params: Any = {
        "customer": customer,
        "items": [
            {
                "price": price_id(gateway, choice.plan, currency, choice.interval),
                "quantity": choice.seats,
            }
        ],
        "collection_method": "send_invoice",
        "days_until_due": TO_PAY.days,
        "metadata": {"tenant_id": str(facts.id), "plan": choice.plan.key},
    }
    before = subscription_of(facts.id)  # One that was withdrawn: its press begins another one.
    with (
        read_after(gateway, facts.id, now),
        _alone(gateway, facts, choice.seats, customer, hold, now, now + IN_FLIGHT),
    ):
        gateway.change(
            facts.id,
            "prepay",
            f"{press}:{before.stripe_id if before is not None else None}",
            now,
            lambda v1, options: v1.subscriptions.create(params=params, options=options),
        )
    return known(gateway, facts.id, now)


def ensure_customer(
    gateway: Gateway,
    facts: TenantFacts,
    currency: str,
    *,
    email: str,
    language: str,
    press: str,
    now: datetime,
) -> str:
    """The firm's id at Stripe, made with its first wish to pay, which is in `currency`.

    Of two who press at once, the second waits for the first. One of which no answer came
    is made anew by the next press: without a subscription, it costs nobody anything.
    """
    ensure_row(facts, currency, now)
    params: Any = {
        "name": facts.name,
        "email": email,
        "preferred_locales": [LOCALES.get(language, "en")],
        "metadata": {"tenant_id": str(facts.id), "slug": facts.slug},
    }
    with turn(facts.id):
        found = _customer_of(facts.id)
        if found is not None:
            return found
        made = gateway.change(
            facts.id,
            "customer",
            press,
            now,
            lambda v1, options: v1.customers.create(params=params, options=options),
        )
        with control_session() as session:
            row = session.get_one(Subscription, facts.id, with_for_update=True)
            row.stripe_customer_id, row.changed_at = made["id"], now
            if row.status == "none":
                row.currency = currency
    return str(made["id"])


def _customer_of(tenant_id: UUID) -> str | None:
    with control_session() as session:
        return session.get_one(Subscription, tenant_id).stripe_customer_id


def ensure_row(facts: TenantFacts, currency: str, now: datetime) -> None:
    """Have a row for the firm in our books, so that there is one to be held."""
    row = {
        "tenant_id": facts.id,
        "way": "card",
        "status": "none",
        "plan": facts.plan,
        "interval": "month",
        "currency": currency,
        "seats": 0,
        "price": 0,
        "cancels_at_period_end": False,
        "created_at": now,
        "changed_at": now,
    }
    with control_session() as session:
        session.execute(insert(Subscription).values(row).on_conflict_do_nothing())


def _demand_none(tenant_id: UUID, now: datetime) -> None:
    with control_session() as session:
        row = session.get(Subscription, tenant_id)
        mine = (TransferRequest.tenant_id == tenant_id, TransferRequest.status == "asked")
        if session.scalars(select(TransferRequest.id).where(*mine)).first() is not None:
            raise TransferAsked
    if row is None:
        return
    if row.way == "transfer":
        is_over = row.status != "active" or row.period_end is None or row.period_end <= now
    else:
        is_over = row.stripe_id is None or row.status in OVER
    if not is_over:
        raise AlreadySubscribed


@contextmanager
def _alone(
    gateway: Gateway,
    facts: TenantFacts,
    seats: int,
    customer: str,
    hold: Hold,
    now: datetime,
    until: datetime,
) -> Iterator[None]:
    """Hold the firm's turn and its seats while a way to pay is opened, with every other one closed.

    What was opened elsewhere is asked of Stripe, as our books may not know of it yet.
    """
    with seats_held(facts.id, seats, hold, now, until):
        _demand_none(facts.id, now)  # Somebody may have been faster while this one waited.
        close_checkouts(gateway, open_checkouts(gateway, customer))
        if living_subscriptions(gateway, customer):
            raise AlreadySubscribed
        yield
