"""Stripe's notices: proved to be Stripe's, kept once, applied later.

The library takes timestamps of the future, and a falsy tolerance or secret turns its check off, so
both are judged here before it is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import stripe
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tenants.billing.apply import Applied, find_by_customer, refresh
from tenants.billing.gateway import Gateway
from tenants.billing.models import Subscription, WebhookReceipt
from tenants.database import control_session

MOST_BYTES = 256 * 1024
TOLERANCE = 300  # Seconds, into the past and into the future.
SIGNED_AT = re.compile(r"(?:^|,)\s*t=(\d{1,12})(?=,|$)")
EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,70}\Z")
# What changes a firm's books; everything else is kept and has no effect.
APPLIED = ("customer.", "invoice.", "checkout.session.", "payment_method.")


class Forged(Exception):
    """The notice is not Stripe's, or too old to be believed; nothing was kept."""


def read_notice(body: bytes, header: str, secret: str, now: datetime) -> dict[str, Any]:
    """The event in a body that Stripe signed just now; Forged for any other."""
    if not secret:
        raise Forged("There is no secret to check it by.")
    if not header.isascii():
        raise Forged("Its signature is no text of Stripe's.")  # The library fails on it.
    stamps = SIGNED_AT.findall(header)
    if len(stamps) != 1:
        raise Forged("It says not when it was signed.")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE:
        raise Forged("It was signed at another time.")
    try:
        text = body.decode("utf-8")
        stripe.WebhookSignature.verify_header(text, header, secret)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise Forged("Its signature is wrong.") from error
    event = _read(text)
    if not isinstance(event, dict) or event.get("object") != "event":
        raise Forged("It is no event.")
    if not isinstance(event.get("id"), str) or not EVENT_ID.match(event["id"]):
        raise Forged("It has no id.")
    return event


def keep_notice(session: Session, event: dict[str, Any], now: datetime) -> bool:
    """Keep an event; False where it was kept before, by whichever of those that came at once."""
    thing = _about(event)
    customer = thing.get("id") if thing.get("object") == "customer" else thing.get("customer")
    row = {
        "event_id": event["id"],
        "type": str(event.get("type", ""))[:80],
        "object_id": str(thing.get("id") or "")[:80],
        "customer_id": customer[:80] if isinstance(customer, str) else "",
        "payload": event,
        "happened_at": _moment(event.get("created"), now),
        "received_at": now,
    }
    kept = insert(WebhookReceipt).values(row).on_conflict_do_nothing()
    return session.execute(kept.returning(WebhookReceipt.event_id)).first() is not None


def apply_notice(
    gateway: Gateway, event_id: str, now: datetime, after: Callable[[Applied], None]
) -> Applied | None:
    """Let an event have its effect, by reading anew what it is about.

    It counts as applied once `after` has followed. None where it has no effect: it was applied
    before, is of an unknown type, or about nobody we know.
    """
    with control_session() as session:
        query = select(WebhookReceipt).where(WebhookReceipt.event_id == event_id)
        receipt = session.scalars(query).one_or_none()
        if receipt is None or receipt.state != "waiting":
            return None
        found = find_by_customer(session, receipt.customer_id) if receipt.customer_id else None
        verdict = _judge(receipt, found)
    if verdict is not None:
        _end(event_id, *verdict, now)
        return None
    assert found is not None  # noqa: S101 - narrows what _judge saw.
    applied = refresh(gateway, found.tenant_id, now)
    if applied is not None:
        after(applied)
    _end(event_id, "applied", "", now, found)
    return applied


def _judge(receipt: WebhookReceipt, found: Subscription | None) -> tuple[str, str] | None:
    """Why an event has no effect, or None where it has one."""
    if not receipt.type.startswith(APPLIED):
        return "ignored", "This type changes nothing here."
    if found is None:
        return "refused", "No firm here is this customer."
    named = _part(_about(receipt.payload), "metadata").get("tenant_id")
    if named and named != str(found.tenant_id):
        return "refused", "It names another firm than its customer is."
    return None


def _end(
    event_id: str, state: str, text: str, now: datetime, found: Subscription | None = None
) -> None:
    values: dict[str, Any] = {"state": state, "note": text, "applied_at": now}
    if found is not None:
        values["tenant_id"] = found.tenant_id
    mine = (WebhookReceipt.event_id == event_id, WebhookReceipt.state == "waiting")
    with control_session() as session:
        session.execute(update(WebhookReceipt).where(*mine).values(values))


def _read(text: str) -> Any:
    try:
        return _storable(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Forged("It is no event.") from error


def _about(event: dict[str, Any]) -> dict[str, Any]:
    """The object that an event is about, as it was then; empty where it is about none."""
    return _part(_part(event, "data"), "object")


def _part(thing: dict[str, Any], key: str) -> dict[str, Any]:
    found = thing.get(key)
    return found if isinstance(found, dict) else {}


def _storable(value: Any) -> Any:
    """A value of JSON as the database keeps it: no NUL, no half of a letter, no endless number."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _moment(seconds: Any, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
