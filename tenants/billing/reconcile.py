"""Holding our books against Stripe's: each firm is read anew, which heals what no notice told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from tenants.billing.apply import Applied, note, refresh
from tenants.billing.catalogue import differing_prices
from tenants.billing.errors import Unwilling
from tenants.billing.gateway import Gateway
from tenants.billing.models import Subscription, WebhookReceipt
from tenants.control import SERVICE, Tenant
from tenants.database import control_session
from tenants.facts import State

LATE = timedelta(minutes=30)  # A notice that waits longer has lost its job.


@dataclass
class Report:
    """What a reconciliation found: firms read, what changed, what is wrong at Stripe."""

    read: int = 0
    changed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    prices: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # Events to be applied again.


def reconcile(
    gateway: Gateway, now: datetime, after: Callable[[Applied], None] | None = None
) -> Report:
    """Read every firm that Stripe knows and put our books right; `after` is told of each.

    Unreachable where Stripe does not answer: what was read by then stands.
    """
    report = Report(prices=differing_prices(gateway))
    for tenant_id, before in _firms():
        try:
            applied = refresh(gateway, tenant_id, now)
        except Unwilling as error:
            report.wrong.append(f"{tenant_id}: {error.reason}")
            continue
        if applied is None:
            continue
        report.read += 1
        if _books(tenant_id) != before or applied.facts.state is not applied.before:
            report.changed.append(applied.facts.slug)
        if after is not None:
            after(applied)
    with control_session() as session:
        late = select(WebhookReceipt.event_id).where(
            WebhookReceipt.state == "waiting", WebhookReceipt.received_at < now - LATE
        )
        report.waiting = list(session.scalars(late))
        if report.prices:
            note(session, SERVICE, "prices_differ", now, prices=report.prices)
    return report


def unbilled(now: datetime) -> list[UUID]:
    """The firms that Stripe does not know and whose trial or transfer may have ended by now."""
    living = Tenant.state.in_((State.TRIAL.value, State.ACTIVE.value, State.PAST_DUE.value))
    with control_session() as session:
        query = (
            select(Tenant.id)
            .outerjoin(Subscription, Subscription.tenant_id == Tenant.id)
            .where(living, Subscription.stripe_customer_id.is_(None))
            .where((Tenant.trial_ends_at < now) | (Subscription.period_end < now))
        )
        return list(session.scalars(query))


def _firms() -> list[tuple[UUID, object]]:
    with control_session() as session:
        query = select(Subscription).where(Subscription.stripe_customer_id.is_not(None))
        return [(row.tenant_id, _told(row)) for row in session.scalars(query)]


def _books(tenant_id: UUID) -> object:
    with control_session() as session:
        return _told(session.get_one(Subscription, tenant_id))


def _told(row: Subscription) -> object:
    return (
        row.stripe_id,
        row.status,
        row.plan,
        row.interval,
        row.seats,
        row.price,
        row.period_end,
        row.cancels_at_period_end,
    )
