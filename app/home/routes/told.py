"""What programs are told of Homes."""

from __future__ import annotations

from typing import Any

from app.home.operations.homes import ORIGINS
from app.home.placed import MOST, ROWS, WIDTHS
from app.kernel.language import _
from app.records.openapi.parts import (
    ETAG,
    FLAG,
    ID,
    TEXT,
    answer,
    one_of,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.widgets import KINDS

TAG = _("Home")
ROWS_SHOWN: Schema = {"type": "integer", "enum": list(ROWS)}
PLACED: dict[str, Schema] = {
    "kind": one_of(*KINDS),
    "of": TEXT,
    "name": TEXT,
    "width": one_of(*WIDTHS),
    "rows": ROWS_SHOWN,
    "query": TEXT,
}
WIDGET = record_of(id=TEXT, **PLACED, title=TEXT, is_readable=FLAG)
HOME = record_of(origin=one_of(*ORIGINS), widgets={"type": "array", "items": ref("HomeWidget")})
ROLE_HOME = record_of(
    role_id=ID,
    role=TEXT,
    origin=one_of(*ORIGINS),
    widgets={"type": "array", "items": ref("HomeWidget")},
)
WISH = sent(("kind", "of"), id=TEXT, **PLACED)
CHANGE = sent(("widgets",), widgets={"type": "array", "items": WISH, "maxItems": MOST})
OWN_SCHEMAS = {"HomeWidget": WIDGET, "Home": HOME}
SCHEMAS = {"HomeWidget": WIDGET, "RoleHome": ROLE_HOME}
OWN: dict[str, Any] = {"200": answer(ref("Home"), ETAG)}
ONE: dict[str, Any] = {"200": answer(ref("RoleHome"), ETAG)}
LIST: dict[str, Any] = {"200": answer(page_of("RoleHome"))}
