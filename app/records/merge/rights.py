"""Who is offered to merge records."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.types import RecordType


def may_merge(record_type: RecordType, by: Actor) -> bool:
    """True when some records of the type may be merged by `by` at this moment."""
    if not record_type.can_merge or by.tenant.is_read_only or by.previews:
        return False
    return by.may(record_type.key, "update") and by.may(record_type.key, "delete")
