"""What webhooks look like to programs."""

from __future__ import annotations

from typing import Any

from app.automation.webhooks.models import State, Stopped
from app.kernel.language import _
from app.records.openapi.parts import (
    ETAG,
    FLAG,
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

TAG = _("Webhooks")
EVENTS: Schema = {"type": "array", "items": TEXT}
STATE = one_of(*(one.value for one in State))
WHY: Schema = {"anyOf": [one_of(*(one.value for one in Stopped)), {"type": "null"}]}
SHOWN: dict[str, Schema] = {
    "id": ID,
    "name": TEXT,
    "url": TEXT,
    "events": EVENTS,
    "is_active": FLAG,
    "stopped": WHY,
    "failures": WHOLE,
    "failing_since": nullable(MOMENT),
    "user_id": ID,
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
NAMED: dict[str, Schema] = {
    "Webhook": record_of(**SHOWN),
    "FreshWebhook": record_of(**SHOWN, secret=TEXT),
    "WebhookDelivery": record_of(
        id=ID,
        message_id=TEXT,
        type=TEXT,
        event_id=nullable(ID),
        state=STATE,
        attempts=WHOLE,
        created_at=MOMENT,
        next_at=nullable(MOMENT),
        finished_at=nullable(MOMENT),
        status=nullable(WHOLE),
        error=nullable(TEXT),
        seconds=nullable({"type": "number"}),
        headers=nullable({"type": "object", "additionalProperties": TEXT}),
        body=nullable(TEXT),
        answer=nullable(TEXT),
    ),
}
CHANGED: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1, "maxLength": 200},
    "url": {**TEXT, "format": "uri", "maxLength": 2000},
    "events": {**EVENTS, "minItems": 1},
    "is_active": {"type": ["boolean", "null"]},
}
SENT = sent((), **CHANGED)
SENT_NEW = sent(("name", "url", "events"), **CHANGED)
SINCE = sent((), since=nullable(MOMENT))
ONE: dict[str, Any] = {"200": answer(ref("Webhook"), ETAG)}
MADE: dict[str, Any] = {"201": answer(ref("FreshWebhook"), {**ETAG, **LOCATION})}
SECRET: dict[str, Any] = {"200": answer(record_of(secret=TEXT))}
REPLAYED: dict[str, Any] = {"202": answer(record_of(replayed=WHOLE))}
DELIVERY: dict[str, Any] = {"200": answer(ref("WebhookDelivery"))}
DELIVERED: dict[str, Any] = {"202": answer(ref("WebhookDelivery"))}


def listed(name: str) -> dict[str, Any]:
    """The answer of a list of these."""
    return {"200": answer(page_of(name))}
