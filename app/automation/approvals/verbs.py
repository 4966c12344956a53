"""What can be held back of a type, in words."""

from __future__ import annotations

from app.kernel.language import Text, _
from app.records.merge.asking import MERGE, UNMERGE
from app.records.types import RecordType
from app.records.verb_words import VERBS


def verbs_of(record_type: RecordType) -> dict[str, Text]:
    """The verbs that change a record of a type, each with its label."""
    standard = {key: VERBS[key] for key in ("create", "update", "delete")}
    return standard | {one.name: one.label for one in record_type.actions}


def asked_verbs(record_type: RecordType) -> dict[str, Text]:
    """All that can be asked for, also as a whole that rules about others hold back."""
    return verbs_of(record_type) | {MERGE: _("Merge"), UNMERGE: _("Undo a merge")}
