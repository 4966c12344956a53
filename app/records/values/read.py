"""From what a person or a program sent to what the column holds, by the kind of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.values.addresses import read_email, read_phone, read_url
from app.records.values.amounts import read_amount
from app.records.values.choices import read_choice, read_choices, read_country, read_flag
from app.records.values.localized import read_localized
from app.records.values.numbers import read_money, read_number, read_percent, read_whole
from app.records.values.tags import read_tags
from app.records.values.texts import read_text
from app.records.values.times import read_day, read_moment, read_time
from app.records.values.unfit import Unfit, too_long

Reader = Callable[[Field, Any, Actor, tuple[Option, ...]], Any]


def read_value(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Any:
    """One column value, or None when nothing was given; Unfit when it does not fit."""
    if raw is None or raw == "":
        return None
    reader: Reader = READERS.get(field.kind, read_text)
    value = reader(field, raw, by, options or field.options)
    limit = field.max_length
    if limit is not None and isinstance(value, str) and len(value) > limit:
        raise too_long(limit)  # Reading may have completed what was typed, such as an address.
    return value


def read_reference(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> UUID:
    """The id of a record; whether there is one is asked where it is written."""
    found = raw if isinstance(raw, UUID) else parse_id(raw) if isinstance(raw, str) else None
    if found is None:
        raise Unfit(_("There is no such record."))
    return found


READERS: Mapping[str, Reader] = {
    "localized": read_localized,
    "tags": read_tags,
    "number": read_number,
    "money": read_money,
    "amount": read_amount,
    "percent": read_percent,
    "time": read_time,
    "choices": read_choices,
    "text": read_text,
    "long_text": read_text,
    "email": read_email,
    "phone": read_phone,
    "url": read_url,
    "choice": read_choice,
    "country": read_country,
    "whole": read_whole,
    "flag": read_flag,
    "moment": read_moment,
    "day": read_day,
    "reference": read_reference,
}
