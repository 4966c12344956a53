"""What programs are told of reports by mail."""

from __future__ import annotations

from typing import Any

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
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.reports.mailings.models import RHYTHMS

TAG = _("Reports")
WEEKDAY: Schema = {**WHOLE, "minimum": 0, "maximum": 6}
DAY: Schema = {**WHOLE, "minimum": 1, "maximum": 31}
WHEN: dict[str, Schema] = {
    "rhythm": one_of(*RHYTHMS),
    "weekday": WEEKDAY,
    "day": DAY,
    "at": TEXT,
    "business_days": FLAG,
}
READER = record_of(user_id=ID, next_at=nullable(MOMENT), stopped_at=nullable(MOMENT))
MAILING = record_of(
    report=TEXT,
    name=nullable(TEXT),
    **WHEN,
    readers={"type": "array", "items": READER},
)
READING = record_of(
    id=ID,
    report=TEXT,
    name=nullable(TEXT),
    owner_id=ID,
    **WHEN,
    next_at=nullable(MOMENT),
    stopped_at=nullable(MOMENT),
)
CHANGE = sent(("rhythm",), **WHEN, readers={"type": "array", "items": ID, "minItems": 1})
SCHEMAS = {"ReportMailing": MAILING}
READINGS = {"ReportReading": READING}
LIST: dict[str, Any] = {"200": answer(page_of("ReportMailing"))}
ONE: dict[str, Any] = {"200": answer(ref("ReportMailing"))}
READ_LIST: dict[str, Any] = {"200": answer(page_of("ReportReading"))}
READ: dict[str, Any] = {"200": answer(ref("ReportReading"))}
