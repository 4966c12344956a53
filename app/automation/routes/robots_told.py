"""What group robots look like to programs: as webhooks, but for what only a chat has."""

from __future__ import annotations

from typing import Any

from app.automation.robots.kinds import KINDS
from app.automation.routes.webhooks_told import EVENTS, NAMED, SHOWN
from app.kernel.language import _
from app.records.openapi.parts import ETAG, FLAG, LOCATION, TEXT, answer, one_of, record_of, ref
from app.records.openapi.parts import sent as takes
from app.records.openapi.values import Schema

TAG = _("Group robots")
KIND = one_of(*KINDS)
VIEWS: Schema = {"type": "object", "additionalProperties": {"type": "string", "format": "uuid"}}
ROBOT = record_of(**SHOWN, kind=KIND, checks_secret=FLAG, view_ids=VIEWS, tells_details=FLAG)
SCHEMAS: dict[str, Schema] = {"Robot": ROBOT, "WebhookDelivery": NAMED["WebhookDelivery"]}
CHANGED: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1, "maxLength": 200},
    "kind": KIND,
    "url": {**TEXT, "maxLength": 2000},
    "secret": {"type": ["string", "null"], "maxLength": 200},
    "events": {**EVENTS, "minItems": 1},
    "view_ids": VIEWS,
    "tells_details": {"type": ["boolean", "null"]},
    "is_active": {"type": ["boolean", "null"]},
}
SENT = takes((), **CHANGED)
SENT_NEW = takes(("name", "kind", "url", "events"), **CHANGED)
ONE: dict[str, Any] = {"200": answer(ref("Robot"), ETAG)}
MADE: dict[str, Any] = {"201": answer(ref("Robot"), {**ETAG, **LOCATION})}
