"""Which deliveries are sent now: at most five at once for a workspace, the likeliest first.

An address that was never reached, or did not answer the last time, is on trial: at most three of
the five go to such addresses, one to each. So however many are dead, those that answer go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, true, update
from sqlalchemy.orm import Session

from app.automation.robots.bundle import take_bundle
from app.automation.webhooks.models import OPEN, State, Webhook, WebhookDelivery
from app.automation.webhooks.parcel import LEASE, Parcel
from app.automation.webhooks.payload import body_of, teller
from app.automation.webhooks.signing import secrets_of, signed
from app.automation.webhooks.tries import MOST_TRIES
from app.identity.models import User
from tenants.facts import TenantFacts

MOST = 5  # Messages under way at once for one workspace.
MOST_ON_TRIAL = 3  # Of them to addresses of which nobody knows whether they answer.
ROUNDS = 20  # Looks for what may be said, where much of it may not.
TURN_LOCK = 7_382_219  # Any fixed number: those who claim in one workspace take turns.


def claim(
    session: Session, tenant: TenantFacts, keys: Sequence[str], now: datetime
) -> list[Parcel]:
    """Take what may be sent now; it counts as a try, and is under way until its lease ends."""
    half = tenant.id.int % (1 << 32) - (1 << 31)
    session.execute(select(func.pg_advisory_xact_lock(TURN_LOCK, half)))
    parcels: list[Parcel] = []
    for _round in range(ROUNDS):
        chosen = _choose(_due(session, now), _under_way(session, now))
        made = [_take(session, tenant, one, keys, now, known=known) for one, known in chosen]
        session.flush()  # What is under way counts for the next round, and for who claims next.
        parcels += [one for one in made if one is not None]
        if None not in made:
            break  # Nothing was withheld, so that its place is free.
    return parcels


def next_due(session: Session, now: datetime) -> datetime | None:
    """When something is to be sent, or a lost sender to be replaced; None where nothing is open."""
    first = (
        select(WebhookDelivery.next_at)
        .where(WebhookDelivery.webhook_id == Webhook.id, OPEN)
        .order_by(WebhookDelivery.next_at)
        .limit(1)
        .lateral("first")
    )
    due = func.min(func.greatest(first.c.next_at, func.coalesce(Webhook.rests_until, now)))
    found: datetime | None = session.scalar(
        select(due).select_from(Webhook).join(first, true()).where(Webhook.stopped.is_(None))
    )
    return found


def _due(session: Session, now: datetime) -> list[Any]:
    """The first due deliveries of each webhook: known addresses first, then by their time."""
    is_known = and_(Webhook.failures == 0, Webhook.reached_at.is_not(None))
    first = (
        select(WebhookDelivery.id, WebhookDelivery.next_at)
        .where(WebhookDelivery.webhook_id == Webhook.id, OPEN, WebhookDelivery.next_at <= now)
        .order_by(WebhookDelivery.next_at)
        .limit(MOST)
        .lateral("first")
    )
    rested = or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)
    statement = (
        select(first.c.id, Webhook.id, is_known.label("is_known"))
        .select_from(Webhook)
        .join(first, true())
        .where(Webhook.stopped.is_(None), rested)
        .order_by(is_known.desc(), first.c.next_at, first.c.id)
    )
    return list(session.execute(statement))


def _under_way(session: Session, now: datetime) -> Counter[tuple[UUID, bool]]:
    """How many messages are under way now, by webhook and whether its address is known."""
    is_known = and_(Webhook.failures == 0, Webhook.reached_at.is_not(None))
    rows = session.execute(
        select(WebhookDelivery.webhook_id, is_known, func.count())
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.state == State.SENDING.value, WebhookDelivery.next_at > now)
        .group_by(WebhookDelivery.webhook_id, is_known)
    )
    return Counter({(webhook_id, known): n for webhook_id, known, n in rows})


def _choose(due: list[Any], under_way: Counter[tuple[UUID, bool]]) -> list[tuple[UUID, bool]]:
    """Which of the due deliveries go now, each with whether its address is known."""
    chosen: list[tuple[UUID, bool]] = []
    for delivery_id, webhook_id, is_known in due:
        on_trial = sum(n for (_one, known), n in under_way.items() if not known)
        if under_way.total() >= MOST:
            break
        if not is_known and (on_trial >= MOST_ON_TRIAL or under_way[webhook_id, False]):
            continue
        under_way[webhook_id, is_known] += 1
        chosen.append((delivery_id, is_known))
    return chosen


def _take(
    session: Session,
    tenant: TenantFacts,
    delivery_id: UUID,
    keys: Sequence[str],
    now: datetime,
    *,
    known: bool,
) -> Parcel | None:
    """A delivery as a message, or None where it is another's by now or nothing may be said."""
    delivery = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, OPEN, WebhookDelivery.next_at <= now)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if delivery is None:
        return None
    webhook = session.get_one(Webhook, delivery.webhook_id)
    if webhook.is_robot:
        return take_bundle(session, tenant, webhook, keys, now, known=known)
    if delivery.attempts >= MOST_TRIES:  # Whoever sent it the last time was lost over it.
        delivery.state, delivery.finished_at = State.FAILED.value, now
        return None
    user = session.get_one(User, webhook.user_id)
    signing = secrets_of(webhook, tenant, keys, now)
    if delivery.body is None and user.is_active:
        delivery.body = body_of(delivery, teller(webhook, user, session, tenant, now))
    if delivery.body is None or not signing or not user.is_active:
        delivery.state, delivery.finished_at = State.WITHHELD.value, now
        return None
    headers = signed(delivery.message_id, delivery.body, signing, now)
    delivery.state, delivery.next_at = State.SENDING.value, now + LEASE
    delivery.attempts += 1
    # The signature proves who speaks, so it is not told to whoever reads the log.
    delivery.headers = {key: one for key, one in headers.items() if key != "webhook-signature"}
    return Parcel(
        delivery.id,
        webhook.id,
        delivery.attempts,
        webhook.url,
        headers,
        delivery.body,
        on_trial=not known,
    )


def withhold(session: Session, webhook_id: UUID, now: datetime) -> None:
    """End what waits for a webhook that is switched off: it failed, and can be sent again."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, OPEN)
        .values(state=State.FAILED.value, finished_at=now)
    )
