"""What approvals look like to programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from app.automation.approvals.models import Late, Lock, State
from app.kernel.language import _
from app.records.openapi.described import described
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

TAG = _("Approvals")
STATE = one_of(*(one.value for one in State))
LATE = one_of(*(one.value for one in Late))
LOCK = one_of(*(one.value for one in Lock))
TEXTS: Schema = {"type": "array", "items": TEXT}
IDS: Schema = {"type": "array", "items": ID}
ANYTHING: Schema = {"type": "object"}
LEVEL: Schema = {
    "type": "object",
    "properties": {
        "who": one_of(
            "manager",
            "manager_above",
            "owner_manager",
            "owner_manager_above",
            "role",
            "people",
        ),
        "role_id": nullable(ID),
        "user_ids": IDS,
        "all": FLAG,
        "hours": nullable(WHOLE),
        "business": FLAG,
        "late": LATE,
    },
    "required": ["who"],
}
LEVELS: Schema = {"type": "array", "items": LEVEL, "minItems": 1}
RULE: dict[str, Schema] = {
    "record_type": TEXT,
    "name": TEXT,
    "reason": TEXT,
    "verbs": TEXTS,
    "fields": TEXTS,
    "filter": nullable(ANYTHING),
    "levels": LEVELS,
    "locks": LOCK,
    "four_eyes": FLAG,
    "is_on": FLAG,
}
NAMED: dict[str, Schema] = {
    "Approval": record_of(
        id=ID,
        record_type=TEXT,
        record_id=nullable(ID),
        title=TEXT,
        verb=TEXT,
        state=STATE,
        changes=ANYTHING,
        reasons={"type": "array", "items": ANYTHING},
        requester_id=nullable(ID),
        refusal=nullable(TEXT),
        waits_for=IDS,
        level=WHOLE,
        levels={"type": "array", "items": LEVEL},
        locks=LOCK,
        version=nullable(WHOLE),
        created_at=MOMENT,
        due_at=nullable(MOMENT),
        finished_at=nullable(MOMENT),
    ),
    "ApprovalRule": record_of(id=ID, **RULE, created_at=MOMENT, updated_at=MOMENT),
}
ONE: dict[str, Any] = {"200": answer(ref("Approval"))}
RULE_SHOWN: dict[str, Any] = {"200": answer(ref("ApprovalRule"), ETAG)}
RULE_MADE: dict[str, Any] = {"201": answer(ref("ApprovalRule"), {**ETAG, **LOCATION})}
SAID = sent((), text=nullable(TEXT), version=nullable(WHOLE))
REASON = sent(("text",), text=TEXT)
TO = sent(("user_id",), user_id=ID, text=nullable(TEXT))
RULE_SENT = sent((), **RULE)
RULE_NEW = sent(("record_type", "name", "verbs", "levels"), **RULE)


def listed(name: str) -> dict[str, Any]:
    """The answer of a list of these."""
    return {"200": answer(page_of(name))}


def described_here(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe a call of approvals or of their rules; all refer to the same schemas."""
    return described(operation, TAG, answers, schemas=NAMED, **more)
