"""What insight looks like to programs."""

from __future__ import annotations

from typing import Any

from app.insight.operations.classes import SEGMENTS
from app.insight.operations.quadrants import QUADRANTS, WAYS
from app.insight.operations.reasons import (
    FALL,
    FALL_OF_YEAR,
    FEWER,
    GONE,
    LEAVING,
    LIKENESS,
    NEW,
    RHYTHM,
    SEASON,
    STEADY,
)
from app.insight.operations.settings import BASES, LANGUAGES
from app.kernel.language import _
from app.records.openapi.parts import (
    FLAG,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    parameter,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import AMOUNT, Schema

TAG = _("Customer value")
STATES = ("waiting", "running", "done", "failed")
SEGMENT_KEYS = tuple(key for key, *_rest in SEGMENTS)
QUADRANT_KEYS = tuple(one.key for one in QUADRANTS)
STANDINGS = (STEADY, NEW, LEAVING, GONE)
CODES = (RHYTHM, FALL, SEASON, FALL_OF_YEAR, FEWER, LIKENESS)
OUTCOMES = ("open", "recovered", "lost")
DAY: Schema = {**TEXT, "format": "date"}
NUMBER: Schema = {"type": "number"}
MONEY = record_of(amount={**TEXT, "pattern": AMOUNT}, currency=TEXT)


def maybe(schema: Schema) -> Schema:
    """As it is, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


RUN = record_of(
    id=ID,
    as_of=DAY,
    state=one_of(*STATES),
    is_current=FLAG,
    created_at=MOMENT,
    ended_at=nullable(MOMENT),
    customers=WHOLE,
    purchases=WHOLE,
    returns=WHOLE,
    first_on=nullable(DAY),
    last_on=nullable(DAY),
    basis=one_of("revenue", "margin"),
    is_enough=FLAG,
    error=nullable(TEXT),
)
CUSTOMER = record_of(
    account_id=ID,
    as_of=DAY,
    first_on=nullable(DAY),
    last_on=nullable(DAY),
    recency_days=nullable(WHOLE),
    frequency=WHOLE,
    returns=WHOLE,
    usual_interval=nullable(NUMBER),
    spent=MONEY,
    spent_90=MONEY,
    spent_before=MONEY,
    r=nullable(WHOLE),
    f=nullable(WHOLE),
    m=nullable(WHOLE),
    segment=maybe(one_of(*SEGMENT_KEYS)),
    standing=maybe(one_of(*STANDINGS)),
    tenure=maybe(one_of("new", "old")),
    risk=nullable(NUMBER),
    at_risk=maybe(MONEY),
    reasons={"type": "array", "items": one_of(*CODES)},
    historic=maybe(MONEY),
    current=maybe(MONEY),
    potential=maybe(MONEY),
    quadrant=maybe(one_of(*QUADRANT_KEYS)),
    customer_class=maybe(one_of("gold", "potential", "general")),
)
RESCUE = record_of(
    id=ID,
    account_id=ID,
    activity_id=nullable(ID),
    begun_on=DAY,
    outcome=one_of(*OUTCOMES),
    usual_interval=NUMBER,
    usual_90=MONEY,
    at_risk=MONEY,
    measured_on=nullable(DAY),
    bought=WHOLE,
    spent=MONEY,
)
WORDS = sent((), **dict.fromkeys(LANGUAGES, TEXT))
NAMES: Schema = {
    "type": "object",
    "properties": dict.fromkeys(QUADRANT_KEYS, sent((), name=WORDS, strategy=WORDS)),
    "additionalProperties": False,
}
SET: dict[str, Schema] = {
    "current_by": one_of(*WAYS),
    "potential_by": one_of(*WAYS),
    "current_own": nullable(TEXT),
    "potential_own": nullable(TEXT),
    "basis": one_of(*BASES),
    "margin_percent": nullable(TEXT),
    "names": NAMES,
    "keeps_fields": FLAG,
}
SCHEMAS: dict[str, Schema] = {
    "InsightRun": RUN,
    "InsightCustomer": CUSTOMER,
    "InsightRescue": RESCUE,
    "InsightSettings": record_of(**SET, version=WHOLE),
}
SENT_SETTINGS = sent((), **SET)
SENT_RUN = sent((), as_of=DAY)
ONE_RUN: dict[str, Any] = {"200": answer(ref("InsightRun"))}
BEGUN: dict[str, Any] = {"202": answer(ref("InsightRun"))}
CUSTOMERS: dict[str, Any] = {"200": answer(page_of("InsightCustomer"))}
ONE_CUSTOMER: dict[str, Any] = {"200": answer(ref("InsightCustomer"))}
RESCUES: dict[str, Any] = {"200": answer(page_of("InsightRescue"))}
ONE_RESCUE: dict[str, Any] = {"201": answer(ref("InsightRescue"))}
SETTINGS: dict[str, Any] = {"200": answer(ref("InsightSettings"))}
ASKED = (
    parameter("standing", one_of(*STANDINGS)),
    parameter("segment", one_of(*SEGMENT_KEYS)),
    parameter("quadrant", one_of(*QUADRANT_KEYS)),
    parameter("cursor", ID),
)
ASKED_RESCUES = (parameter("outcome", one_of(*OUTCOMES)), parameter("cursor", ID))
