"""The language of a paper: that of the customer who reads it."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import OFFERED
from app.records.access import fetch, sees
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType

CHINESE = ("CN", "HK", "MO", "TW")


def customer_language(record_type: RecordType, record: Record, by: Actor) -> str:
    """The language of whom a record is about: by their country, else the firm's.

    A record without a country of its own has that of its customer.
    """
    own = by.tenant.language if by.tenant.language in OFFERED else "en"
    if "country" in record_type.by_key:
        country = getattr(record, "country", None)
    else:
        country = _of_account(record_type, record, by)
    if not country or country == by.tenant.country:
        return own
    return "zh-CN" if country in CHINESE else "en"


def _of_account(record_type: RecordType, record: Record, by: Actor) -> str | None:
    attribute = record_type.account
    if attribute is None or attribute.key not in record_type.by_key:
        return None
    if not sees(record_type, attribute.key, by):
        return None
    target = registry().type(record_type.by_key[attribute.key].to or "")
    try:
        account = fetch(target, getattr(record, attribute.key), by)
    except Missing:
        return None
    found: str | None = getattr(account, "country", None)
    return found
