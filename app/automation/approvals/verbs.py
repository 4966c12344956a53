"""What can be held back of a type, in words."""

from __future__ import annotations

from app.kernel.language import Text
from app.records.types import RecordType
from app.records.verb_words import VERBS


def verbs_of(record_type: RecordType) -> dict[str, Text]:
    """The verbs that change a record of a type, each with its label."""
    standard = {key: VERBS[key] for key in ("create", "update", "delete")}
    return standard | {one.name: one.label for one in record_type.actions}
