"""What programs are told of reports."""

from __future__ import annotations

from typing import Any

from app.jobs.progress import State
from app.kernel.language import _
from app.records.openapi.parts import (
    ETAG,
    FLAG,
    ID,
    LOCATION,
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
from app.reports.engine.definition import COMPARISONS, MEASURES, SHAPES, SORTS, UNITS
from app.reports.models import AUDIENCES

TAG = _("Reports")
FILTER: Schema = {"type": ["object", "null"]}
GROUP = sent(
    ("field",),
    field=TEXT,
    unit=one_of("", *UNITS),
    step={"type": ["string", "number", "null"]},
    most=WHOLE,
    sort=one_of(*SORTS),
)
MEASURE = sent(("what",), what=one_of(*MEASURES), field=TEXT, part=FILTER, whole=FILTER)
PERIOD = sent(("field", "in"), field=TEXT, **{"in": TEXT}, compare=one_of(*COMPARISONS))
DEFINITION = sent(
    ("record_type",),
    record_type=TEXT,
    groups={"type": "array", "items": GROUP},
    measures={"type": "array", "items": MEASURE},
    filter=FILTER,
    period=nullable(PERIOD),
    shape=one_of(*SHAPES),
    drawn=WHOLE,
)
PLAIN: Schema = {"type": "object"}
REPORT = record_of(
    id=ID,
    name=TEXT,
    audience=one_of(*AUDIENCES),
    role_id=nullable(ID),
    owner_id=ID,
    definition=PLAIN,
    version=WHOLE,
)
NUMBER: Schema = {"type": ["string", "number", "null"]}
PLACE = record_of(
    value=nullable(TEXT), label=TEXT, state=one_of("value", "others", "hidden", "empty")
)
ROW = record_of(
    groups={"type": "array", "items": nullable(PLACE)},
    values={"type": "array", "items": NUMBER},
    before={"type": ["array", "null"], "items": NUMBER},
    records=TEXT,
)
NUMBERS = record_of(
    groups={"type": "array", "items": TEXT},
    measures={"type": "array", "items": TEXT},
    rows={"type": "array", "items": ROW},
    hidden={"type": "array", "items": TEXT},
    is_cut=FLAG,
    as_of=TEXT,
    compared=nullable(record_of(first=TEXT, last=TEXT)),
)
WISH: dict[str, Schema] = {
    "name": TEXT,
    "audience": one_of(*AUDIENCES),
    "role_id": nullable(ID),
    "definition": DEFINITION,
}
MADE = sent(("name", "definition"), **WISH)
CHANGE = sent((), **WISH)
RUN = sent(("definition",), definition=DEFINITION)
RUN_OF = record_of(
    id=ID,
    state=one_of(*State),
    error=nullable(TEXT),
    numbers={"anyOf": [ref("ReportNumbers"), {"type": "null"}]},
)
SCHEMAS = {"Report": REPORT, "ReportNumbers": NUMBERS, "ReportRun": RUN_OF}
LIST: dict[str, Any] = {"200": answer(page_of("Report"))}
ONE: dict[str, Any] = {"200": answer(ref("Report"), ETAG)}
CREATED: dict[str, Any] = {"201": answer(ref("Report"), {**ETAG, **LOCATION})}
RAN: dict[str, Any] = {"200": answer(ref("ReportNumbers"))}
RAN_OR_BEGUN: dict[str, Any] = {**RAN, "202": answer(ref("ReportRun"), LOCATION)}
RUN_STATE: dict[str, Any] = {"200": answer(ref("ReportRun"))}
