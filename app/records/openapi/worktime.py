"""What programs are told of business hours."""

from __future__ import annotations

from app.kernel.language import _
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
from app.records.worktime.reading import WEEKDAYS

TAG = _("Business hours")
DAY: Schema = {**TEXT, "format": "date"}
WEEK = record_of(**dict.fromkeys(WEEKDAYS, TEXT))
NAMED: dict[str, Schema] = {
    "BusinessCalendar": record_of(
        id=ID,
        name=TEXT,
        zone=TEXT,
        country=TEXT,
        region=TEXT,
        week=WEEK,
        is_default=FLAG,
        version=WHOLE,
        updated_at=MOMENT,
    ),
    "BusinessDay": record_of(day=DAY, name=TEXT, hours=TEXT),
    "BusinessTime": record_of(
        seconds=nullable(WHOLE), is_open=FLAG, next_open=nullable(MOMENT), due=nullable(MOMENT)
    ),
    "FiscalYear": record_of(
        first_month=WHOLE, named_by=one_of("start", "end"), year=WHOLE, quarter=WHOLE
    ),
}
CHANGED: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1, "maxLength": 100},
    "zone": TEXT,
    "country": TEXT,
    "region": TEXT,
    "week": {"type": "object", "properties": dict.fromkeys(WEEKDAYS, TEXT)},
    "is_default": FLAG,
}
SENT_NEW = sent(("name", "week"), **CHANGED)
SENT = sent((), **CHANGED)
DAY_SENT = sent(("day",), day=DAY, name=TEXT, hours=TEXT)
FISCAL_SENT = sent(
    (),
    first_month={"type": "integer", "minimum": 1, "maximum": 12},
    named_by=one_of("start", "end"),
)
ONE = {"200": answer(ref("BusinessCalendar"), ETAG)}
MADE = {"201": answer(ref("BusinessCalendar"), {**ETAG, **LOCATION})}
LISTED = {"200": answer(page_of("BusinessCalendar"))}
DAYS = {"200": answer(page_of("BusinessDay"))}
OWN_DAY = {"200": answer(ref("BusinessDay"))}
COUNTED = {"200": answer(ref("BusinessTime"))}
FISCAL = {"200": answer(ref("FiscalYear"))}
