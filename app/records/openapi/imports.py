"""What programs are told of imports."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.imports.models import State
from app.records.openapi.described import on_some_type
from app.records.openapi.parts import (
    FLAG,
    ID,
    LOCATION,
    MOMENT,
    PAGED,
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
from app.records.types import IMPORT as GRANTED

TAG = _("Imports")
IMPORT = record_of(
    id=ID,
    record_type=TEXT,
    file_name=TEXT,
    size=WHOLE,
    state=one_of(*(one.value for one in State)),
    is_dry_run=FLAG,
    mapping={"type": "object"},
    rows=WHOLE,
    done=WHOLE,
    created=WHOLE,
    updated=WHOLE,
    skipped=WHOLE,
    duplicate=WHOLE,
    asked=WHOLE,
    failed=WHOLE,
    noted=WHOLE,
    joined=WHOLE,
    left_out=WHOLE,
    error=nullable(TEXT),
    user_id=nullable(ID),
    created_at=MOMENT,
    finished_at=nullable(MOMENT),
    undone_at=nullable(MOMENT),
    made={"type": "object", "additionalProperties": WHOLE},
    failures=nullable(TEXT),
    duplicates=nullable(TEXT),
)
BYTES: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
MAPPING: Schema = {
    "type": "string",
    "description": "JSON: mode, match_on, duplicates, distinct_by, group_by, left_out and columns; "
    "guessed without it. A column has source and field; one of phone numbers takes a country such "
    "as GB. Where records have lines, rows with the same text in the column group_by are one "
    "record, and columns become fields of lines such as lines.quantity. "
    "What is referred to is known by found_by, and has account_id.country where it is made. "
    "left_out lists rules, each with when (texts by column, or <0, >0) and a reason. "
    "With create_missing, what is referred to and not there is made, and "
    "for the moment of a last contact or a next step the record that tells it.",
}
SENT = sent(("file",), file=BYTES, mapping=MAPPING, dry_run=one_of("true", "false"))
SCHEMAS = {"Import": IMPORT}

SOME: dict[str, Any] = {"is_offered": on_some_type(GRANTED), "schemas": SCHEMAS}
ONE: dict[str, Any] = {"answers": {"200": answer(ref("Import"))}, **SOME}
BEGUN: dict[str, Any] = {"answers": {"202": answer(ref("Import"), LOCATION)}, "schemas": SCHEMAS}
LIST: dict[str, Any] = {
    "answers": {"200": answer(page_of("Import"))},
    "parameters": PAGED,
    **SOME,
}


def _csv(description: str) -> dict[str, Any]:
    return {"200": {"description": description, "content": {"text/csv": {"schema": {}}}}}


FAILED: dict[str, Any] = {
    "answers": _csv("The rows that failed, as CSV"),
    "is_offered": on_some_type(GRANTED),
}
LEFT_OUT: dict[str, Any] = {
    "answers": _csv("The rows that were left out as duplicates, as CSV"),
    "is_offered": on_some_type(GRANTED),
}
