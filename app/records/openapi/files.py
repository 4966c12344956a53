"""What programs are told of files on records."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.openapi.parts import (
    ETAG,
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    page_of,
    parameter,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

TAG = _("Files")
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
FILE = record_of(
    id=ID,
    record_type=TEXT,
    record_id=ID,
    name=TEXT,
    description=TEXT,
    kind=TEXT,
    media_type=TEXT,
    size=WHOLE,
    sha256=TEXT,
    number=WHOLE,
    content=TEXT,
    created_at=MOMENT,
    created_by_id=nullable(ID),
    added_at=MOMENT,
    added_by_id=nullable(ID),
    deleted_at=nullable(MOMENT),
)
VERSION = record_of(
    number=WHOLE,
    name=TEXT,
    kind=TEXT,
    media_type=TEXT,
    size=WHOLE,
    sha256=TEXT,
    content=TEXT,
    added_at=MOMENT,
    added_by_id=nullable(ID),
)
CHANGE = sent(name={**TEXT, "minLength": 1}, description=TEXT)
BYTES: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
SENT = sent(("file",), file=BYTES, description=TEXT)
SENT_VERSION = sent(("file",), file=BYTES)
CONTENT = {
    "200": {
        "description": "The bytes, by their own media type",
        "content": {"*/*": {"schema": {}}},
    }
}
SCHEMAS = {"File": FILE, "FileVersion": VERSION}
ONE: dict[str, Any] = {"answers": {"200": answer(ref("File"), ETAG)}, "schemas": SCHEMAS}
MADE: dict[str, Any] = {
    "answers": {"201": answer(ref("File"), {**ETAG, **LOCATION})},
    "schemas": SCHEMAS,
}
LIST: dict[str, Any] = {"answers": {"200": answer(page_of("File"))}, "schemas": SCHEMAS}
VERSIONS: dict[str, Any] = {"answers": {"200": answer(page_of("FileVersion"))}, "schemas": SCHEMAS}
ASKED_NUMBER = parameter("number", NUMBER)
