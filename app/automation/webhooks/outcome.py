"""What came of a message: arrived, again later, or never; and what that says of its address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from sqlalchemy import select

from app.automation.robots.kinds import took, was_too_many
from app.automation.webhooks.models import State, Stopped, Webhook, WebhookDelivery
from app.automation.webhooks.parcel import Parcel
from app.automation.webhooks.stop import stop
from app.automation.webhooks.tries import MOST_TRIES, WAITS
from app.kernel.actor import Actor
from app.kernel.outgoing import Heard

RESTS_AFTER = 3  # Failures in a row; then an address is left alone for longer and longer.
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=15)
SHUT_OUT = timedelta(minutes=10)  # By a group that was told too much.
LONG_FAILURE = timedelta(days=3)
ANSWER = 1024  # Bytes of an answer that are told.
GONE = 410
REFUSED = "refused"  # By a robot, in an answer that says 200.


def record(by: Actor, parcel: Parcel, heard: Heard | None, reason: str, seconds: float) -> None:
    """Write down how a try ended; `reason` says why nothing was heard."""
    # The webhook first, always: whoever switches it off ends what waits for it after that.
    webhook = _locked(by, parcel.webhook_id)
    deliveries = _still_under_way(by, parcel) if webhook is not None else []
    if webhook is None or not deliveries:
        return  # Removed or erased meanwhile, or another sender came after this one.
    for delivery in deliveries:
        delivery.seconds = round(seconds, 3)
        delivery.status = heard.status if heard else None
        delivery.error = None if heard else reason
        delivery.answer = _beginning(heard.body) if heard else None
    if heard is not None and 200 <= heard.status < 300 and _took(webhook, heard):
        for delivery in deliveries:
            delivery.state, delivery.finished_at = State.DELIVERED.value, by.now
        webhook.reached_at = by.now
        webhook.failures, webhook.failing_since = 0, None
        if not webhook.is_robot:  # A robot rests after every message.
            webhook.rests_until = None
        return
    for delivery in deliveries:
        if heard is not None and 200 <= heard.status < 300:
            delivery.error = REFUSED
        _try_again(by, delivery, heard)
    _failed(by, webhook, heard)


def _still_under_way(by: Actor, parcel: Parcel) -> list[WebhookDelivery]:
    """The deliveries of a message that nobody took over, as this sender was taken for lost."""
    tries = parcel.attempts()
    found = by.session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.id.in_(tries))
        .order_by(WebhookDelivery.id)
        .with_for_update()
    )
    return [one for one in found if one.attempts == tries[one.id] and one.is_open]


def _took(webhook: Webhook, heard: Heard) -> bool:
    """False where a robot refuses what it answers by 200."""
    return not webhook.is_robot or took(webhook.kind, heard.body)


def _locked(by: Actor, webhook_id: UUID) -> Webhook | None:
    """The webhook, held until the end: messages to one address end side by side."""
    return by.session.scalars(
        select(Webhook).where(Webhook.id == webhook_id).with_for_update(key_share=True)
    ).one_or_none()


def _try_again(by: Actor, delivery: WebhookDelivery, heard: Heard | None) -> None:
    if delivery.attempts >= MOST_TRIES:
        delivery.state, delivery.finished_at = State.FAILED.value, by.now
    else:
        wait = max(WAITS[delivery.attempts - 1], _asked_for(heard, by.now))
        delivery.state, delivery.next_at = State.WAITING.value, by.now + wait


def _failed(by: Actor, webhook: Webhook, heard: Heard | None) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or by.now
    if webhook.failures >= RESTS_AFTER:
        doublings = min(webhook.failures - RESTS_AFTER, 20)
        webhook.rests_until = by.now + min(FIRST_REST * (1 << doublings), LONGEST_REST)
    if webhook.is_robot and heard is not None and was_too_many(webhook.kind, heard.body):
        webhook.rests_until = by.now + SHUT_OUT
    if not webhook.is_active:
        return
    if heard is not None and heard.status == GONE:
        stop(by, webhook, Stopped.GONE)
    elif by.now - webhook.failing_since >= LONG_FAILURE:
        stop(by, webhook, Stopped.FAILING)


def _asked_for(heard: Heard | None, now: datetime) -> timedelta:
    """How long the other side asked to be left alone, by Retry-After; ten hours at most."""
    text = heard.headers.get("retry-after", "").strip() if heard else ""
    if text.isascii() and text.isdigit() and len(text) < 7:
        wait = timedelta(seconds=int(text))
    else:
        try:
            until = parsedate_to_datetime(text)
            wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):  # A stranger wrote it: numbers of any size.
            return timedelta()
    return min(max(wait, timedelta()), WAITS[-1])


def _beginning(body: bytes) -> str:
    """The beginning of an answer as a text that the database keeps."""
    return body[:ANSWER].decode("utf-8", "replace").replace("\x00", "")
