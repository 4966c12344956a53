"""What programs are told of numbers."""

from __future__ import annotations

from app.kernel.language import _
from app.records.numbers.facts import Resets
from app.records.openapi.parts import FLAG, TEXT, answer, one_of, page_of, record_of, ref, sent
from app.records.openapi.values import Schema

TAG = _("Numbers")
RESETS = one_of(*(one.value for one in Resets))
NAMED: dict[str, Schema] = {
    "NumberSequence": record_of(
        record_type=TEXT, pattern=TEXT, resets=RESETS, is_on=FLAG, next_number=TEXT
    )
}
SENT = sent(("record_type",), record_type=TEXT, pattern=TEXT, resets=RESETS, is_on=FLAG)
LISTED = {"200": answer(page_of("NumberSequence"))}
ONE = {"200": answer(ref("NumberSequence"))}
