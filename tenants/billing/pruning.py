"""Dropping what was kept of talks with Stripe, once neither replay nor retry can ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tenants.billing.models import StripeCall, WebhookReceipt
from tenants.database import control_session

# Stripe sends an event again for three days by itself, and for thirty where somebody asks for it.
# One that came later would be read anew, which changes nothing.
RECEIPTS = timedelta(days=90)
CALLS = timedelta(days=30)  # Stripe knows a key for a day.
CHUNK = 5_000


def prune(now: datetime) -> tuple[int, int]:
    """Drop old receipts and calls, a few at a time; answers with how many of each.

    What waits to be applied stays, however old it is.
    """
    receipts = calls = 0
    while dropped := _drop_receipts(now - RECEIPTS):
        receipts += dropped
    while dropped := _drop_calls(now - CALLS):
        calls += dropped
    return receipts, calls


def _drop_receipts(before: datetime) -> int:
    old = select(WebhookReceipt.event_id).where(
        WebhookReceipt.received_at < before, WebhookReceipt.state != "waiting"
    )
    gone = delete(WebhookReceipt).where(WebhookReceipt.event_id.in_(old.limit(CHUNK)))
    with control_session() as session:
        return len(session.scalars(gone.returning(WebhookReceipt.event_id)).all())


def _drop_calls(before: datetime) -> int:
    old = select(StripeCall.key).where(StripeCall.made_at < before)
    gone = delete(StripeCall).where(StripeCall.key.in_(old.limit(CHUNK)))
    with control_session() as session:
        return len(session.scalars(gone.returning(StripeCall.key)).all())
