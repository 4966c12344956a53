"""Reading what Stripe has of a firm, and writing our books and the tenancy's state by it.

Nothing is taken from an event but whom it is about: the objects are read anew while the firm's row
is held. So it does not matter in which order events come, how often, or whether one is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.billing.catalogue import from_cents, plan_of_price
from tenants.billing.gateway import Gateway, Plain
from tenants.billing.models import Subscription, SubscriptionInvoice
from tenants.billing.standing import ALIVE, OWING, Standing, standing
from tenants.control import OperatorEvent, Tenant
from tenants.database import control_session
from tenants.facts import State, TenantFacts
from tenants.lifecycle import CLOSED, wake
from tenants.plans import TRIAL, PlanError, plan_of

OVER = ("canceled", "incomplete_expired")
OWED = ("open", "uncollectible")  # Bills; those that nobody tries to collect are owed as well.
BY_HAND = ("suspended", "resumed")  # An operator's verbs; what they decided stands.
VERBS = {
    State.TRIAL: "trial_resumed",
    State.ACTIVE: "bill_settled",
    State.PAST_DUE: "bill_unpaid",
    State.SUSPENDED: "bill_suspended",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """How a tenancy stands after Stripe was asked, and how it stood before."""

    facts: TenantFacts
    before: State
    seats: int | None
    reminders: int
    standing: Standing


def find_by_customer(session: Session, customer_id: str) -> Subscription | None:
    """The firm that Stripe knows as this customer."""
    query = select(Subscription).where(Subscription.stripe_customer_id == customer_id)
    return session.scalars(query).one_or_none()


def refresh(gateway: Gateway, tenant_id: UUID, now: datetime) -> Applied | None:
    """Bring our books of one firm to what Stripe has; None for a firm that is gone.

    Unreachable, with nothing changed, where Stripe does not answer.
    """
    with control_session() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        row = session.get(Subscription, tenant_id, with_for_update=True)
        if tenant is None or tenant.state == State.ERASED:
            return None
        if row is not None and row.stripe_customer_id is not None:
            _read(gateway, session, row, now)
        return settle(session, tenant, row, now)


def settle(session: Session, tenant: Tenant, row: Subscription | None, now: datetime) -> Applied:
    """Put the tenancy where its books say that it stands; both rows are held by the caller."""
    before = State(tenant.state)
    stands = standing_of(tenant, row, now)
    if row is not None and row.status in (*ALIVE, *OWING):
        tenant.plan, tenant.seats = row.plan, row.seats
    tenant.pay_by = stands.pay_by
    if stands.state is not before and not _is_held_by_hand(session, tenant):
        if before in CLOSED and stands.state not in CLOSED:
            wake(session, tenant, now)
        tenant.state, tenant.changed_at = stands.state.value, now
        told = {"before": before.value, "after": stands.state.value}
        note(session, tenant.id, VERBS[stands.state], now, **told)
    _drop_modules(session, tenant, now)
    session.flush()  # The facts tell what stands in the row.
    reminders = row.reminders if row is not None else 0
    return Applied(tenant.facts(), before, tenant.seats, reminders, stands)


def standing_of(tenant: Tenant, row: Subscription | None, now: datetime) -> Standing:
    """Where a tenancy stands by its books."""
    if row is None or row.status == "none":
        ends_at = tenant.trial_ends_at if tenant.plan == TRIAL else None
        return standing(now=now, status="none", trial_ends_at=ends_at)
    return standing(
        now=now,
        status=row.status,
        unpaid_since=row.unpaid_since,
        ended_at=row.ended_at,
        trial_ends_at=tenant.trial_ends_at,
    )


def note(session: Session, tenant_id: UUID, verb: str, now: datetime, **details: Any) -> None:
    """Write what became of a tenancy into its history, which the operator reads."""
    session.add(
        OperatorEvent(
            id=uuid7(), at=now, operator_id=None, tenant_id=tenant_id, verb=verb, details=details
        )
    )


def _read(gateway: Gateway, session: Session, row: Subscription, now: datetime) -> None:
    customer = row.stripe_customer_id
    params: Any = {"customer": customer, "status": "all", "limit": 100}
    found = _current(gateway.pages(lambda v1: v1.subscriptions.list(params=params)))
    wanted: Any = {"customer": customer, "limit": 100}
    bills = list(gateway.pages(lambda v1: v1.invoices.list(params=wanted)))
    for bill in reversed(bills):
        _keep_invoice(session, row, bill)
    row.read_at = now
    if found is None or (row.way == "transfer" and found["status"] in OVER):
        return
    _keep_subscription(row, found)
    row.unpaid_since = _unpaid_since(bills) if row.status in OWING else None
    if row.unpaid_since is None and row.status in (*ALIVE, *OWING):
        row.reminders = 0  # Of one that ended, what was said stays said.
    row.changed_at = now


def _current(found: Iterable[Plain]) -> Plain | None:
    """The subscription that counts: one that lives before one that is over, then the newest."""
    return max(found, key=lambda one: (one["status"] not in OVER, one["created"]), default=None)


def _keep_subscription(row: Subscription, found: Plain) -> None:
    item = found["items"]["data"][0]
    price = item["price"]
    row.stripe_id, row.stripe_item_id = found["id"], item["id"]
    row.way = "card" if found["collection_method"] == "charge_automatically" else "invoice"
    row.status = found["status"]
    row.plan, row.seats = plan_of_price(price), item["quantity"]
    row.interval = price["recurring"]["interval"]
    row.currency = found["currency"].upper()
    row.price = from_cents(price["unit_amount"])
    row.period_start = _moment(item["current_period_start"])
    row.period_end = _moment(item["current_period_end"])
    row.cancels_at_period_end = bool(found["cancel_at_period_end"])
    row.cancel_at = _moment(found["cancel_at"])
    row.ended_at = _moment(found["ended_at"])


def _keep_invoice(session: Session, row: Subscription, bill: Plain) -> None:
    if bill["status"] == "draft":
        return
    query = select(SubscriptionInvoice).where(SubscriptionInvoice.stripe_id == bill["id"])
    kept = session.scalars(query).one_or_none()
    if kept is None:
        kept = SubscriptionInvoice(id=uuid7(), tenant_id=row.tenant_id, stripe_id=bill["id"])
        session.add(kept)
    lines = bill["lines"]["data"]
    kept.number, kept.status = bill["number"] or "", bill["status"]
    kept.way = "invoice" if bill["collection_method"] == "send_invoice" else "card"
    kept.currency = bill["currency"].upper()
    kept.due, kept.paid = from_cents(bill["amount_due"]), from_cents(bill["amount_paid"])
    kept.plan, kept.seats = row.plan, lines[-1]["quantity"] or 0 if lines else 0
    kept.period_start, kept.period_end = _moment(bill["period_start"]), _moment(bill["period_end"])
    kept.page_url, kept.pdf_url = bill["hosted_invoice_url"], bill["invoice_pdf"]
    kept.issued_at = _moment(bill["created"]) or datetime.now(UTC)
    kept.due_at = _moment(bill["due_date"])
    kept.paid_at = _moment(bill["status_transitions"]["paid_at"])


def _unpaid_since(bills: Iterable[Plain]) -> datetime | None:
    """Since when something is owed: the oldest unpaid bill's day of being due."""
    since = [
        bill["due_date"] or bill["created"]
        for bill in bills
        if bill["status"] in OWED and bill["amount_remaining"]
    ]
    return _moment(min(since, default=None))


def _is_held_by_hand(session: Session, tenant: Tenant) -> bool:
    """True where an operator suspended the workspace, which no payment undoes."""
    if tenant.state != State.SUSPENDED:
        return False
    verbs = (*BY_HAND, *VERBS.values())
    last = session.scalars(
        select(OperatorEvent.verb)
        .where(OperatorEvent.tenant_id == tenant.id, OperatorEvent.verb.in_(verbs))
        .order_by(OperatorEvent.at.desc(), OperatorEvent.id.desc())
        .limit(1)
    ).first()
    return last == "suspended"


def _drop_modules(session: Session, tenant: Tenant, now: datetime) -> None:
    """Switch off what the plan has not; the data stays and comes back with the module."""
    try:
        allowed = plan_of(tenant.plan).modules
    except PlanError:
        return
    gone = [one for one in tenant.modules if one not in allowed]
    if gone:
        tenant.modules = [one for one in tenant.modules if one in allowed]
        note(session, tenant.id, "modules_switched_off", now, modules=gone)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def month_of(row: Subscription) -> Decimal:
    """What a subscription brings in a month."""
    whole = row.price * row.seats
    return whole / 12 if row.interval == "year" else whole
