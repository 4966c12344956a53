"""What programs are told of rates."""

from __future__ import annotations

from app.kernel.language import _
from app.records.money.models import Source
from app.records.openapi.parts import (
    ETAG,
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

TAG = _("Currencies")
DAY: Schema = {**TEXT, "format": "date"}
CODE: Schema = {**TEXT, "minLength": 3, "maxLength": 3}
RATE: Schema = {**TEXT, "pattern": r"^[0-9]+(\.[0-9]+)?$"}
NAMED: dict[str, Schema] = {
    "ExchangeRate": record_of(
        id=ID,
        currency=TEXT,
        own_currency=TEXT,
        rate_on=DAY,
        rate=TEXT,
        source=one_of(*(one.value for one in Source)),
        version=WHOLE,
        updated_at=MOMENT,
        updated_by_id=nullable(ID),
    ),
    "Conversion": record_of(
        amount=TEXT, currency=TEXT, rate=TEXT, rate_on=DAY, from_amount=TEXT, from_currency=TEXT
    ),
}
CHANGED: dict[str, Schema] = {"currency": CODE, "rate_on": DAY, "rate": RATE}
SENT_NEW = sent(("currency", "rate_on", "rate"), **CHANGED)
SENT = sent((), **CHANGED)
LISTED = {"200": answer(page_of("ExchangeRate"))}
ONE = {"200": answer(ref("ExchangeRate"), ETAG)}
MADE = {"201": answer(ref("ExchangeRate"), {**ETAG, **LOCATION})}
CONVERTED = {"200": answer(ref("Conversion"))}
