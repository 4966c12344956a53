"""What targets and the forecast look like to programs."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.openapi.parts import (
    ID,
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
from app.sales.operations.forecast import MONTHS
from app.sales.operations.targets import TEAM, USER

TARGETS, FORECAST = _("Targets"), _("Forecast")
MOST = 500  # Targets of one call.
MOST_PERIODS = 12
DAY: Schema = {**TEXT, "format": "date"}
MONTH: Schema = {**TEXT, "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
MONEY = record_of(amount={**TEXT, "pattern": AMOUNT}, currency=TEXT)
GIVEN: Schema = {
    "anyOf": [
        MONEY,
        {"type": "number", "minimum": 0},
        {**TEXT, "pattern": AMOUNT},
        {"type": "null"},
    ]
}
WHOSE = one_of(USER, TEAM)
BY = ("all", USER, TEAM)
LINE = record_of(
    start=DAY,
    end=DAY,
    of=one_of(*BY),
    of_id=nullable(ID),
    target={"anyOf": [MONEY, {"type": "null"}]},
    won=MONEY,
    commit=MONEY,
    best_case=MONEY,
    pipeline=MONEY,
    weighted=MONEY,
)
SCHEMAS: dict[str, Schema] = {
    "Target": record_of(of=WHOSE, of_id=ID, month=MONTH, amount={"anyOf": [MONEY]}),
    "ForecastLine": LINE,
    "Forecast": record_of(
        span=one_of(*MONTHS),
        data={"type": "array", "items": ref("ForecastLine")},
        overdue=record_of(count=WHOLE, amount=MONEY),
    ),
}
ITEM = sent(
    ("of", "of_id", "month", "amount"), of=WHOSE, of_id=ID, month=MONTH, amount=GIVEN, was=GIVEN
)
SENT = sent(("targets",), targets={"type": "array", "items": ITEM, "maxItems": MOST})
KEPT: dict[str, Any] = {"200": answer(record_of(kept=WHOLE))}
LISTED: dict[str, Any] = {"200": answer(page_of("Target"))}
SHOWN: dict[str, Any] = {"200": answer(ref("Forecast"))}
ASKED = (
    parameter("span", one_of(*MONTHS)),
    parameter("start", DAY),
    parameter("periods", {**WHOLE, "minimum": 1, "maximum": MOST_PERIODS}),
    parameter("by", one_of(*BY)),
    parameter("pipeline_id", ID),
)
