"""The language of a paper and of a mail: that of the customer who reads it."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import OFFERED
from app.records.access import fetch, sees
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType

KEY = "language"  # The field by which record types know it.


def customer_language(record_type: RecordType, record: Record, by: Actor) -> str:
    """The language of whom a record is about: their own, that of their account, else the firm's.

    What `by` may not see decides nothing.
    """
    found = _own(record_type, record, by) or _of_account(record_type, record, by)
    if found:
        return found
    return by.tenant.language if by.tenant.language in OFFERED else "en"


def _own(record_type: RecordType, record: Record, by: Actor) -> str | None:
    if KEY not in record_type.by_key or not sees(record_type, KEY, by):
        return None
    found: str | None = getattr(record, KEY)
    return found if found in OFFERED else None


def _of_account(record_type: RecordType, record: Record, by: Actor) -> str | None:
    attribute = record_type.account
    field = record_type.by_key.get(attribute.key) if attribute is not None else None
    if field is None or not field.to or not sees(record_type, field.key, by):
        return None
    target = tailored(registry().type(field.to), by)
    try:
        return _own(target, fetch(target, getattr(record, field.key), by), by)
    except Missing:
        return None
