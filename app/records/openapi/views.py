"""What saved views look like to programs."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.openapi.parts import (
    ETAG,
    FLAG,
    ID,
    LOCATION,
    TEXT,
    WHOLE,
    answer,
    one_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.views.models import AUDIENCES

TAG = _("Saved views")
IDS: Schema = {"type": "array", "items": ID}
VIEW = record_of(
    id=ID,
    record_type=TEXT,
    name=TEXT,
    audience=one_of(*AUDIENCES),
    query={"type": ["string", "null"]},
    owner_id=ID,
    version=WHOLE,
    is_pinned=FLAG,
    is_default=FLAG,
    role_ids=IDS,
)
CHANGED: dict[str, Schema] = {
    "name": TEXT,
    "audience": one_of(*AUDIENCES),
    "query": TEXT,
    "is_pinned": {"type": ["boolean", "null"]},
    "is_default": {"type": ["boolean", "null"]},
    "role_ids": IDS,
}
MADE = sent(("record_type", "name"), record_type=TEXT, **CHANGED)
CHANGE = sent((), **CHANGED)
SCHEMAS = {"View": VIEW}
ONE: dict[str, Any] = {"200": answer(ref("View"), ETAG)}
CREATED: dict[str, Any] = {"201": answer(ref("View"), {**ETAG, **LOCATION})}
