"""Records as programs see them, and the marks by which they know a version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol

from babel.numbers import get_currency_precision
from werkzeug.datastructures import ETags

from app.kernel.actor import Actor
from app.kernel.whole import whole
from app.records import history
from app.records.api.mentions import KEY, Known, told_mentions
from app.records.mentions.spots import mentioned
from app.records.model import Record
from app.records.types import RecordType
from app.records.values import as_json

DIGEST = 12  # Characters; enough to tell two states of one record apart.


class Versioned(Protocol):
    """What counts its changes."""

    version: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with JSON in it, before it is sent or kept: status, body and headers of its own."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def shape(
    record_type: RecordType,
    record: Any,
    keys: Sequence[str],
    by: Actor,
    mentions: Known = None,
) -> dict[str, Any]:
    """A record, or a row of a list, as an object: its id and the fields in `keys`.

    Whom its texts mention stands beside them; `mentions` says it of a row, a record has it.
    """
    shown: dict[str, Any] = {"id": str(record.id)}
    for key in keys:
        field = record_type.by_key[key]
        value = field.value(record)
        is_amount = field.kind == "money" and value is not None
        shown[key] = money(value, by.tenant.currency) if is_amount else as_json(value)
    texts = [key for key in record_type.mentioning if key in keys]
    known = getattr(record, "mentions", mentions) if texts else None
    if known and len(texts) < len(record_type.mentioning):  # The others mention somebody as well.
        known = mentioned((getattr(record, key) for key in texts), known)
    if known:
        shown[KEY] = told_mentions(known, getattr(record, "unseen", ()))
    return shown


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount with its currency, with the digits that the currency has, or more where it has."""
    exponent = amount.normalize().as_tuple().exponent
    held = -exponent if isinstance(exponent, int) else 0
    return {
        "amount": f"{amount:.{max(held, get_currency_precision(currency))}f}",
        "currency": currency,
    }


def reply(
    record_type: RecordType, record: Record, keys: Sequence[str], by: Actor, status: int = 200
) -> Reply:
    """One record as an answer, with its mark."""
    body = dumps(shape(record_type, record, keys, by))
    return Reply(status, body, {"ETag": etag(record.version, body)})


def marked(shown: Any, version: int, status: int = 200) -> Reply:
    """Something else than a record as an answer, with the mark of its version."""
    body = dumps(shown)
    return Reply(status, body, {"ETag": etag(version, body)})


def dumps(value: Any) -> str:
    """JSON as we send it: short, with Chinese as it is written."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def etag(version: int, body: str) -> str:
    """The mark of a record: its version, and a digest of what was shown of it.

    Keys that the product keeps by itself (the next step) change what is shown without a change of
    the record, so a copy is fresh only when both are the same; `seen_version` looks at the first.
    """
    return f'"{version}-{sha256(body.encode()).hexdigest()[:DIGEST]}"'


def seen_version(if_match: ETags, record: Versioned) -> int | None:
    """The version that a change may be based on, by its If-Match; None when it names none.

    Raises Conflict where none of the marks can be one of this record's.
    """
    if if_match.star_tag or not if_match:
        return None
    heads = [mark.partition("-")[0] for mark in if_match.as_set()]
    versions = [number for head in heads if (number := whole(head)) is not None]
    if not versions:
        raise history.overtaken()
    return record.version if record.version in versions else max(versions)
