"""Taking what waits for a robot as one message, at most one every few seconds.

A group takes twenty messages a minute. A robot rests after each, and all that came meanwhile is
told by the next one, the first of it line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.robots.access import open_access
from app.automation.robots.messages import HEADERS, body_of, signed
from app.automation.robots.told import lines, tellable
from app.automation.webhooks.models import OPEN, State, Webhook, WebhookDelivery
from app.automation.webhooks.offered import TEST
from app.automation.webhooks.parcel import LEASE, Parcel
from app.automation.webhooks.payload import teller
from app.automation.webhooks.tries import MOST_TRIES
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import using
from tenants.facts import TenantFacts

PACE = timedelta(seconds=4)  # Fifteen messages a minute: none is lost to a clock that differs.
MOST = 1000  # Events in one message.
SHOWN = 10  # Of them line by line.


def take_bundle(
    session: Session,
    tenant: TenantFacts,
    webhook: Webhook,
    keys: Sequence[str],
    now: datetime,
    *,
    known: bool,
) -> Parcel | None:
    """All that is due for a robot as one message; None where it rests, or nothing may be told."""
    if webhook.rests_until is not None and webhook.rests_until > now:
        return None
    waiting = _waiting(session, webhook, now)
    user = session.get_one(User, webhook.user_id)
    access = open_access(webhook, tenant, keys)
    if access is None or not user.is_active:
        _end(waiting, State.WITHHELD, now)
        return None
    with using(tenant.language):
        by = teller(webhook, user, session, tenant, now)
        told = tellable(webhook, waiting, by)
        kept = [one for one in waiting if one.type == TEST or one.id in told]
        _leave_out(webhook, [one for one in waiting if one not in kept], by)
        if not kept:
            return None
        shown = lines(webhook, kept[:SHOWN], told, by)
        title = tenant.name
        body = body_of(webhook.kind, title, shown, len(kept), tenant.language)
    first, *others = kept
    for one in kept:
        one.state, one.next_at, one.attempts = State.SENDING.value, now + LEASE, one.attempts + 1
    first.body, first.headers = body, dict(HEADERS)
    for one in others:
        one.body, one.headers = None, {"told-with": first.message_id}
    webhook.rests_until = now + PACE
    url, sent = signed(webhook.kind, access.url, body, access.secret, now)
    return Parcel(
        first.id,
        webhook.id,
        first.attempts,
        url,
        HEADERS,
        sent,
        on_trial=not known,
        others=tuple((one.id, one.attempts) for one in others),
    )


def _waiting(session: Session, webhook: Webhook, now: datetime) -> list[WebhookDelivery]:
    """What is due, the earliest first, without what was tried often enough."""
    found = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook.id, OPEN, WebhookDelivery.next_at <= now)
        .order_by(WebhookDelivery.created_at, WebhookDelivery.event_id, WebhookDelivery.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    ).all()
    _end([one for one in found if one.attempts >= MOST_TRIES], State.FAILED, now)
    return [one for one in found if one.attempts < MOST_TRIES]


def _leave_out(webhook: Webhook, unknown: Sequence[WebhookDelivery], by: Actor) -> None:
    """What is not told: of a view's other records nothing is kept, the rest is in the log."""
    for one in unknown:
        if one.record_type in (webhook.view_ids or {}):
            by.session.delete(one)
        else:
            _end([one], State.WITHHELD, by.now)


def _end(deliveries: Sequence[WebhookDelivery], state: State, now: datetime) -> None:
    for one in deliveries:
        one.state, one.finished_at = state.value, now
