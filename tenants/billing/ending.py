"""Ending for good what a firm that is erased rents, so that nobody is charged for nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from tenants.billing.checkouts import OVER, close_checkouts, living_subscriptions, open_checkouts
from tenants.billing.errors import PaidMeanwhile
from tenants.billing.gateway import Gateway, Plain
from tenants.billing.models import Subscription, TransferRequest
from tenants.billing.operations import subscription_of
from tenants.billing.taking_back import unpaid_bills, void_bills
from tenants.database import control_session


def living_at_stripe(gateway: Gateway, tenant_id: UUID) -> list[Plain]:
    """The subscriptions of a firm that Stripe would still charge for."""
    customer = _customer_of(tenant_id)
    return living_subscriptions(gateway, customer) if customer is not None else []


def end_for_good(gateway: Gateway, tenant_id: UUID, now: datetime) -> None:
    """End at once, at Stripe, whatever lives of an erased firm, and say so in our books.

    It can be done again, after a crash too: what is over already is not asked for. Unreachable
    where Stripe does not answer.
    """
    customer = _customer_of(tenant_id)
    if customer is not None:
        close_checkouts(gateway, open_checkouts(gateway, customer))
    row = subscription_of(tenant_id)
    if row is not None and row.waits is not None:
        with suppress(PaidMeanwhile):
            void_bills(gateway, unpaid_bills(gateway, row))  # What they are for is never given.
    for one in living_at_stripe(gateway, tenant_id):
        _end(gateway, str(one["id"]))
    close_books(tenant_id, now)


def close_books(tenant_id: UUID, now: datetime) -> None:
    """Say in our books that a firm rents nothing any more, and that we wait for no money."""
    with control_session() as session:
        row = session.get(Subscription, tenant_id, with_for_update=True)
        waits = (TransferRequest.tenant_id == tenant_id, TransferRequest.status == "asked")
        withdrawn = {"status": "withdrawn", "done_at": now}
        session.execute(update(TransferRequest).where(*waits).values(withdrawn))
        if row is None or row.status in (*OVER, "none"):
            return
        row.status, row.ended_at, row.changed_at = "canceled", now, now
        row.cancels_at_period_end, row.unpaid_since = False, None


def is_known_to_stripe(tenant_id: UUID) -> bool:
    """True where a firm has ever begun to pay by Stripe."""
    return _customer_of(tenant_id) is not None


def _customer_of(tenant_id: UUID) -> str | None:
    with control_session() as session:
        row = session.get(Subscription, tenant_id)
        return row.stripe_customer_id if row is not None else None


def _end(gateway: Gateway, its_id: str) -> None:
    gateway.ask(lambda v1: v1.subscriptions.cancel(its_id))
