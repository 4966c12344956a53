"""What programs are told of teams."""

from __future__ import annotations

from app.kernel.language import _
from app.records.openapi.parts import (
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    answer,
    nullable,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

TAG = _("Teams")
NAMED: dict[str, Schema] = {
    "Team": record_of(
        id=ID, name=TEXT, parent_id=nullable(ID), lead_id=nullable(ID), created_at=MOMENT
    )
}
CHANGED: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1},
    "parent_id": nullable(ID),
    "lead_id": nullable(ID),
}
LISTED = {"200": answer(page_of("Team"))}
ONE = {"200": answer(ref("Team"))}
MADE = {"201": answer(ref("Team"), LOCATION)}
SENT_NEW = sent(("name",), **CHANGED)
SENT = sent((), **CHANGED)
