"""Amounts of records that are merged: all that one record gets are in one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.records.model import Record
from app.records.priced.field import CURRENCY, RATE_ON
from app.records.types import RecordType


def proposals(
    record_type: RecordType, records: Sequence[Any], seen: frozenset[str]
) -> Mapping[str, UUID]:
    """Whose amounts, currency and day are proposed, by field; `seen` are the reader's fields.

    Those of the first record that has any; another's only where it is in the same currency. Who may
    not write all of them keeps the survivor's currency.
    """
    prices = record_type.prices
    if not prices:
        return {}
    filled = [one for one in records if any(getattr(one, key) is not None for key in prices)]
    source = filled[0] if filled and prices.keys() <= seen else records[0]
    found = {CURRENCY: source.id, RATE_ON: source.id}
    for key in prices:
        alike = [one for one in (source, *records) if one.currency == source.currency]
        having = [one for one in alike if getattr(one, key) is not None]
        found[key] = having[0].id if having else records[0].id
    return found


def along(
    record_type: RecordType,
    records: Sequence[Any],
    values: dict[str, Any],
    choices: Mapping[str, str],
) -> dict[str, Any]:
    """The values with the currency of the amounts among them, where nobody chose another one.

    Where amounts of several currencies were chosen, the door says so beside them.
    """
    if not record_type.prices or CURRENCY in choices:
        return values
    survivor: Record = records[0]
    held = {k: values.get(k, _told(record_type, survivor, k)) for k in record_type.prices}
    currencies = {one["currency"] for one in held.values() if one is not None}
    if len(currencies) != 1:
        return values
    (currency,) = currencies
    source = next(one for one in records if one.currency == currency)
    shared = {CURRENCY: currency, RATE_ON: source.rate_on.isoformat()}
    stands = {CURRENCY: records[0].currency, RATE_ON: records[0].rate_on.isoformat()}
    rest = {key: one for key, one in values.items() if key not in shared}
    return rest | {key: one for key, one in shared.items() if one != stands[key]}


def _told(record_type: RecordType, record: Record, key: str) -> dict[str, str] | None:
    value = record_type.by_key[key].value(record)
    return None if value is None else value.told()
