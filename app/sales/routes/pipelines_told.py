"""What pipelines and their stages look like to programs."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.custom.options import COLOURS
from app.records.openapi.parts import (
    ETAG,
    FLAG,
    ID,
    LOCATION,
    TEXT,
    WHOLE,
    answer,
    localized,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.sales.operations.stage_wishes import CATEGORIES, MOST_DAYS, MOST_STAGES, NAME, WHOLE_CHANCE

TAG = _("Pipelines")
NAMES = localized()
CHANCE: Schema = {"type": "number", "minimum": 0, "maximum": WHOLE_CHANCE}
TEXTS: Schema = {"type": "array", "items": TEXT}
DAYS: Schema = {**WHOLE, "minimum": 0, "maximum": MOST_DAYS}
STAGE = record_of(
    id=ID,
    name=NAMES,
    probability=CHANCE,
    forecast_category=one_of(*CATEGORIES),
    colour=one_of("", *COLOURS),
    stale_after=DAYS,
    required=TEXTS,
)
SCHEMAS: dict[str, Schema] = {
    "Pipeline": record_of(
        id=ID,
        name=NAMES,
        is_first=FLAG,
        is_retired=FLAG,
        version=WHOLE,
        stages={"type": "array", "items": STAGE},
    ),
    "StageRemoved": record_of(pipeline=ref("Pipeline"), batch_id=nullable(ID)),
}
NAMED: Schema = {"anyOf": [{**NAMES, "minProperties": 1}, {**TEXT, "maxLength": NAME}]}
STAGE_SENT: Schema = {
    "type": "object",
    "properties": {**STAGE["properties"], "name": NAMED},
    "additionalProperties": False,
}
STAGES_SENT: Schema = {
    "type": "array",
    "items": STAGE_SENT,
    "minItems": 1,
    "maxItems": MOST_STAGES,
}
MADE_OF = sent(("name", "stages"), name=NAMED, stages=STAGES_SENT)
CHANGED = sent((), name=NAMED, stages=STAGES_SENT)
REMOVING = sent((), to=ID)
LISTED: dict[str, Any] = {"200": answer(page_of("Pipeline"))}
ONE: dict[str, Any] = {"200": answer(ref("Pipeline"), ETAG)}
MADE: dict[str, Any] = {"201": answer(ref("Pipeline"), {**ETAG, **LOCATION})}
REMOVED: dict[str, Any] = {"200": answer(ref("StageRemoved"), ETAG)}
