"""What documents look like to programs."""

from __future__ import annotations

from typing import Any

from app.kernel.language import OFFERED, _
from app.records.openapi.parts import (
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

TAG = _("Documents")
NAMED: dict[str, Schema] = {
    "Document": record_of(
        id=ID,
        record_type=TEXT,
        record_id=ID,
        layout=TEXT,
        layout_version=WHOLE,
        language=TEXT,
        title=TEXT,
        number=nullable(TEXT),
        template_id=nullable(ID),
        size=WHOLE,
        digest=TEXT,
        file_id=nullable(ID),
        made_at=MOMENT,
        made_by_id=nullable(ID),
    )
}
SENT = sent(
    ("layout",),
    layout=TEXT,
    language=one_of(*OFFERED),
    subject={**TEXT, "maxLength": 300},
    body={**TEXT, "maxLength": 20_000},
    template_id=nullable(ID),
    with_seal={"type": ["boolean", "null"]},
    with_bank={"type": ["boolean", "null"]},
)
LISTED: dict[str, Any] = {"200": answer(page_of("Document"))}
ONE: dict[str, Any] = {"200": answer(ref("Document"))}
MADE: dict[str, Any] = {"201": answer(ref("Document"), LOCATION)}
PDF: dict[str, Any] = {
    "200": {
        "description": "OK",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
