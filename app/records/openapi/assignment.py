"""What rules of assignment look like to programs."""

from __future__ import annotations

from app.kernel.language import _
from app.records.assignment.choose import Strategy
from app.records.openapi.parts import FLAG, ID, MOMENT, TEXT, WHOLE, nullable, record_of, sent
from app.records.openapi.values import Schema

RULES = _("Assignment rules")
VALUES: dict[str, Schema] = {
    "name": TEXT,
    "conditions": nullable({"type": "object"}),
    "group_kind": {"type": ["string", "null"], "enum": ["team", "role", None]},
    "group_id": nullable(ID),
    "user_ids": {"type": "array", "items": ID},
    "strategy": {"type": "string", "enum": [one.value for one in Strategy]},
    "capacity": nullable(WHOLE),
    "in_hours": FLAG,
    "calendar_id": nullable(ID),
    "is_on": FLAG,
    "position": WHOLE,
}
SCHEMAS: dict[str, Schema] = {
    "AssignmentRule": record_of(
        id=ID, record_type=TEXT, **VALUES, created_at=MOMENT, created_by_id=nullable(ID)
    )
}
MADE = sent(("record_type", "name"), record_type=TEXT, **VALUES)
CHANGE = sent((), **VALUES)
