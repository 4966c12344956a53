"""What programs are told of modules."""

from __future__ import annotations

from app.kernel.language import _
from app.records.openapi.parts import FLAG, TEXT, answer, page_of, record_of, ref, refused, sent
from app.records.openapi.values import Schema

TAG = _("Modules")
NAMED: dict[str, Schema] = {"Module": record_of(key=TEXT, name=TEXT, is_on=FLAG, is_in_plan=FLAG)}
SENT = sent(("is_on",), is_on=FLAG)
LISTED = {"200": answer(page_of("Module"))}
ONE = {"200": answer(ref("Module")), **refused((402,))}
