"""What programs are told of changes of many records."""

from __future__ import annotations

from typing import Any

from app.jobs.progress import State
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
    record_of,
    ref,
)

TAG = _("Changes of many records")
CHANGE = record_of(
    id=ID,
    record_type=TEXT,
    verb=TEXT,
    state=one_of(*State),
    total=WHOLE,
    done=WHOLE,
    left_out=WHOLE,
    asked=WHOLE,
    user_id=nullable(ID),
    created_at=MOMENT,
    finished_at=nullable(MOMENT),
    can_undo=FLAG,
    why_not_undo=nullable(TEXT),
    undoes_id=nullable(ID),
    undone_by_id=nullable(ID),
)
ONE: dict[str, Any] = {"answers": {"200": answer(ref("BulkChange"))}}
UNDONE: dict[str, Any] = {
    "answers": {"200": answer(ref("BulkChange")), "202": answer(ref("BulkChange"))}
}
SCHEMAS: dict[str, Any] = {"schemas": {"BulkChange": CHANGE}}
