"""What text templates look like to programs."""

from __future__ import annotations

from typing import Any

from app.documents.texts.models import Purpose
from app.documents.texts.render import Why
from app.kernel.language import LOCALES, _
from app.records.openapi.parts import (
    ETAG,
    ID,
    LOCATION,
    MOMENT,
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

TAG = _("Text templates")
TEXTS = localized()
PURPOSE = one_of(*(one.value for one in Purpose))
CHANGED: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1, "maxLength": 200},
    "purpose": PURPOSE,
    "subject": TEXTS,
    "body": TEXTS,
}
GAP = record_of(path=TEXT, why=one_of(*(one.value for one in Why)))
NAMED: dict[str, Schema] = {
    "TextTemplate": record_of(
        id=ID,
        name=TEXT,
        record_type=TEXT,
        purpose=PURPOSE,
        subject=TEXTS,
        body=TEXTS,
        version=WHOLE,
        created_at=MOMENT,
        updated_at=MOMENT,
        updated_by_id=nullable(ID),
    ),
    "RenderedText": record_of(
        subject=TEXT, body=TEXT, language=TEXT, missing={"type": "array", "items": GAP}
    ),
}
SENT = sent((), **CHANGED)
SENT_NEW = sent(("name", "record_type", "body"), **CHANGED, record_type=TEXT)
ASKED = sent(("record_id",), record_id=ID, language=one_of(*LOCALES))
LISTED: dict[str, Any] = {"200": answer(page_of("TextTemplate"))}
ONE: dict[str, Any] = {"200": answer(ref("TextTemplate"), ETAG)}
MADE: dict[str, Any] = {"201": answer(ref("TextTemplate"), {**ETAG, **LOCATION})}
RENDERED: dict[str, Any] = {"200": answer(ref("RenderedText"))}
