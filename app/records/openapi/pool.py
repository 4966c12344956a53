"""What caps and rules of pools look like to programs."""

from __future__ import annotations

from app.kernel.language import _
from app.records.openapi.parts import (
    FLAG,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    nullable,
    one_of,
    record_of,
    sent,
)
from app.records.openapi.values import Schema
from app.records.pool.due import ENDED, IDLE, KEPT

CAPS, RULES = _("Pool caps"), _("Pool rules")
TREE: Schema = {"type": "object"}
GROUP = one_of("team", "role")

CAP_VALUES: dict[str, Schema] = {
    "group_kind": GROUP,
    "group_id": ID,
    "most_owned": nullable(WHOLE),
    "most_views": nullable(WHOLE),
    "spared": nullable(TREE),
}
RULE_VALUES: dict[str, Schema] = {
    "name": TEXT,
    "kind": one_of(IDLE, KEPT, ENDED),
    "field": nullable(TEXT),
    "days": WHOLE,
    "warn_days": WHOLE,
    "group_kind": {"type": ["string", "null"], "enum": ["team", "role", None]},
    "group_id": nullable(ID),
    "spared": nullable(TREE),
    "is_on": FLAG,
}
BESIDE: dict[str, Schema] = {"created_at": MOMENT, "created_by_id": nullable(ID)}
SCHEMAS: dict[str, Schema] = {
    "PoolCap": record_of(id=ID, record_type=TEXT, **CAP_VALUES, **BESIDE),
    "PoolRule": record_of(id=ID, record_type=TEXT, **RULE_VALUES, **BESIDE),
    "PoolDryRun": record_of(takes=WHOLE, warns=WHOLE, is_exact=FLAG),
}
CAP_MADE = sent(("record_type", "group_kind", "group_id"), record_type=TEXT, **CAP_VALUES)
CAP_CHANGE = sent((), **CAP_VALUES)
RULE_MADE = sent(("record_type", "name", "kind", "days"), record_type=TEXT, **RULE_VALUES)
RULE_CHANGE = sent((), **RULE_VALUES)
