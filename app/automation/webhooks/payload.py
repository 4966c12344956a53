"""What a message says: the record as the API shows it, and what changed, as far as one may know.

Whoever the webhook acts for may read no more by it than by their own eyes: fields that their role
hides are left out, and of a record out of their reach nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.webhooks.models import Webhook, WebhookDelivery
from app.automation.webhooks.offered import TEST
from app.events import Event
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.records.access import within_reach
from app.records.api.asked import readable_keys
from app.records.api.shape import dumps, shape
from app.records.happenings import find_happenings
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from tenants.facts import TenantFacts

Data = dict[str, Any]


def teller(
    webhook: Webhook, user: User, session: Session, tenant: TenantFacts, now: datetime
) -> Actor:
    """Whoever a webhook acts for, with what they may read at this moment."""
    scopes = frozenset(webhook.scopes) if webhook.scopes is not None else None
    return actor_for(session, tenant, user, now, "webhook", tenant.language, scopes=scopes)


def body_of(delivery: WebhookDelivery, by: Actor) -> str | None:
    """The body of a message as `by` may know it, or None where they may know nothing of it."""
    if delivery.type == TEST:
        data: Data | None = {"webhook_id": str(delivery.webhook_id)}
    else:
        data = _data(delivery, by)
    if data is None:
        return None
    moment = delivery.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return dumps({"type": delivery.type, "timestamp": moment, "data": data})


def _data(delivery: WebhookDelivery, by: Actor) -> Data | None:
    declared = registry().get(delivery.record_type or "")
    event = by.session.get(Event, delivery.event_id) if delivery.event_id else None
    other = find_happenings(delivery.record_type or "")
    if other is not None and event is not None:
        return other.shown(event.record_id, by) if other.may_read(by) else None
    if declared is None or event is None or not by.tenant.allows(declared.module):
        return None
    record_type = tailored(declared, by)
    if not by.may(record_type.key, "read"):
        return None
    shown = _record(record_type, event.record_id, by)
    if shown is None:
        return None
    keys = readable_keys(record_type, by)
    changes = {key: pair for key, pair in event.changes.items() if key in keys}
    return {**shown, "changes": _pairs(changes)}


def _record(record_type: RecordType, record_id: UUID, by: Actor) -> Data | None:
    """The record, deleted ones too; of one that is gone for good its id, to who may read all."""
    model = record_type.model
    within = within_reach(record_type, by, "read")
    found = by.session.scalars(select(model).where(model.id == record_id, within)).one_or_none()
    if found is not None:
        return shape(record_type, found, readable_keys(record_type, by), by)
    there = by.session.scalar(select(model.id).where(model.id == record_id))
    reads_all = by.rights.reach(record_type.key, "read") is Reach.ALL
    return {"id": str(record_id)} if there is None and reads_all else None


def _pairs(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Each field with what it held before and holds since; a new record's are told as well."""
    return {key: list(pair) for key, pair in changes.items()}
