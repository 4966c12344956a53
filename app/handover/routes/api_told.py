"""What programs are told of handovers."""

from __future__ import annotations

from app.kernel.language import _
from app.records.openapi.parts import (
    ID,
    LOCATION,
    TEXT,
    answer,
    nullable,
    one_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

TAG = _("Handover")
USERS = _("Users")  # Below whose address one is begun.
WHOLE: Schema = {"type": "integer"}
TRIAL, UNDER_WAY, DONE, TAKING_BACK, TAKEN_BACK = (
    "trial",
    "under_way",
    "done",
    "taking_back",
    "taken_back",
)
SHARE = record_of(
    record_type=TEXT,
    rule=nullable(WHOLE),
    why=one_of("rule", "customer", "rest", "later"),
    number=WHOLE,
)
PROMISE = record_of(id=ID, to_id=nullable(ID))
HANDOVER = record_of(
    id=nullable(ID),
    user_id=ID,
    leaves={"type": "boolean"},
    rest_to_id=nullable(ID),
    state=one_of(TRIAL, UNDER_WAY, DONE, TAKING_BACK, TAKEN_BACK),
    total=WHOLE,
    done=WHOLE,
    left_out=WHOLE,
    shares={"type": "array", "items": SHARE},
    promises={"type": "array", "items": PROMISE},
    started_at=nullable(TEXT),
)
RULE = sent(
    ("record_type", "to"),
    record_type=TEXT,
    filter={"type": ["object", "null"]},
    to={"type": "array", "items": ID},
)
SENT = sent(
    leaves={"type": "boolean"},
    rest_to_id=nullable(ID),
    rules={"type": "array", "items": RULE},
    promises={"type": "array", "items": sent(("id", "to_id"), id=ID, to_id=ID)},
    dry_run={"type": "boolean"},
)
NAMED = {"Handover": HANDOVER}
ONE = {"200": answer(ref("Handover"))}
MADE = {**ONE, "201": answer(ref("Handover"), LOCATION)}
