"""Holding our books against Stripe's: each firm is read anew, which heals what no notice told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from tenants.billing.apply import Applied, refresh
from tenants.billing.catalogue import differing_prices
from tenants.billing.ending import living_at_stripe
from tenants.billing.errors import ChangingNow, Unreachable, Unwilling
from tenants.billing.gateway import Gateway
from tenants.billing.history import note
from tenants.billing.models import Subscription, WebhookReceipt
from tenants.control import SERVICE, Tenant
from tenants.database import control_session
from tenants.facts import State

log = logging.getLogger(__name__)
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

    Whoever waited longest comes first, and what fails for one firm is told in `wrong`.
    Unreachable where Stripe does not answer: what was read by then stands.
    """
    report = Report(prices=differing_prices(gateway))
    for tenant_id, before in _firms():
        try:
            applied = _read_one(gateway, tenant_id, before, now, report)
            if applied is not None and after is not None:
                after(applied)
        except ChangingNow:
            continue  # Whoever changes it reads it anew.
        except Unreachable:
            raise  # The others would not be answered either.
        except Unwilling as error:
            report.wrong.append(f"{tenant_id}: {error.reason}")
        except Exception as error:  # Whatever is wrong with one firm, the others have their night.
            log.exception("The books of %s were not put right.", tenant_id)
            report.wrong.append(f"{tenant_id}: {type(error).__name__}")
    with control_session() as session:
        late = select(WebhookReceipt.event_id).where(
            WebhookReceipt.state == "waiting", WebhookReceipt.received_at < now - LATE
        )
        report.waiting = list(session.scalars(late))
        if report.prices:
            note(session, SERVICE, "prices_differ", now, prices=report.prices)
    return report


def unbilled(now: datetime) -> list[UUID]:
    """The firms whose trial or transfer may have ended by now, of which Stripe tells nothing."""
    living = Tenant.state.in_((State.TRIAL.value, State.ACTIVE.value, State.PAST_DUE.value))
    ours = Subscription.stripe_customer_id.is_(None) | (Subscription.way == "transfer")
    with control_session() as session:
        query = (
            select(Tenant.id)
            .outerjoin(Subscription, Subscription.tenant_id == Tenant.id)
            .where(living, ours)
            .where((Tenant.trial_ends_at < now) | (Subscription.period_end < now))
        )
        return list(session.scalars(query))


def ending_within(now: datetime, trial: timedelta, paid: timedelta) -> list[UUID]:
    """The firms whose trial ends within `trial`, or what they paid by transfer within `paid`."""
    on_trial = Tenant.state == State.TRIAL.value
    by_transfer = (Subscription.way == "transfer") & (Subscription.status == "active")
    ends = (on_trial & Tenant.trial_ends_at.between(now, now + trial)) | (
        by_transfer & Subscription.period_end.between(now, now + paid)
    )
    query = (
        select(Tenant.id)
        .outerjoin(Subscription, Subscription.tenant_id == Tenant.id)
        .where(Tenant.state.in_((State.TRIAL.value, State.ACTIVE.value)), ends)
        .order_by(Tenant.id)
    )
    with control_session() as session:
        return list(session.scalars(query))


def _firms() -> list[tuple[UUID, object]]:
    with control_session() as session:
        known = select(Subscription).where(Subscription.stripe_customer_id.is_not(None))
        query = known.order_by(Subscription.read_at.asc().nulls_first(), Subscription.tenant_id)
        return [(row.tenant_id, _told(row)) for row in session.scalars(query)]


def _read_one(
    gateway: Gateway, tenant_id: UUID, before: object, now: datetime, report: Report
) -> Applied | None:
    """Read one firm anew and report what came of it; None for one that is erased."""
    applied = refresh(gateway, tenant_id, now)
    if applied is None:
        report.wrong += _still_charged(gateway, tenant_id)
        return None
    report.read += 1
    if _books(tenant_id) != before or applied.facts.state is not applied.before:
        report.changed.append(applied.facts.slug)
    return applied


def _still_charged(gateway: Gateway, tenant_id: UUID) -> list[str]:
    """What lives at Stripe of a firm that is erased, one line for each subscription."""
    return [
        f"{tenant_id}: erased, but Stripe still charges {one['id']}"
        for one in living_at_stripe(gateway, tenant_id)
    ]


def _books(tenant_id: UUID) -> object:
    with control_session() as session:
        return _told(session.get_one(Subscription, tenant_id))


def _told(row: Subscription) -> object:
    return (
        row.stripe_id,
        row.status,
        row.waits,
        row.plan,
        row.interval,
        row.seats,
        row.price,
        row.period_end,
        row.cancels_at_period_end,
    )
