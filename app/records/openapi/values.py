"""What values look like in JSON, by the kind of their field: as they are told and taken.

Whoever sends may be freer than what comes back: a phone number as people write it, a plain text for
one in several languages, a number in a string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.kernel.language import LOCALES
from app.records.fields import Field, Option
from app.records.tags.operations import MOST_ON_RECORD

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
AMOUNT = r"^-?[0-9]+(\.[0-9]+)?$"
FORMATS: Mapping[str, str] = {
    "email": "email",
    "url": "uri",
    "moment": "date-time",
    "day": "date",
    "reference": "uuid",
}


def told(field: Field, options: Sequence[Option], currency: str) -> Schema:
    """A value as answers hold it; null where the record has none."""
    schema = _value(field, options, currency)
    if "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def taken(field: Field, options: Sequence[Option], currency: str) -> Schema:
    """A value as a change may send it; null empties the field."""
    freer = FREER.get(field.kind)
    if freer is None:
        schema: Schema = {"type": ["string", "null"]}
        if field.max_length is not None:
            schema["maxLength"] = field.max_length
        return schema
    return {"anyOf": [*freer(field, options, currency), {"type": "null"}]}


def _value(field: Field, options: Sequence[Option], currency: str) -> Schema:
    if field.kind in FORMATS:
        return {**TEXT, "format": FORMATS[field.kind]}
    make = SHAPES.get(field.kind)
    return make(options, currency) if make is not None else dict(TEXT)


def _choice(options: Sequence[Option]) -> Schema:
    """What is chosen from; retired values still stand on records that have them."""
    # An empty enum would say that nothing fits.
    return {**TEXT, "enum": [one.value for one in options]} if options else dict(TEXT)


def _several(one: Schema) -> Schema:
    return {"type": "array", "items": one}


def _money(currency: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "amount": {**TEXT, "pattern": AMOUNT},
            "currency": {**TEXT, "const": currency},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _amount() -> Schema:
    """An amount with its own currency; the day whose rate it counts by may be left out."""
    return {
        "type": "object",
        "properties": {
            "amount": {**TEXT, "pattern": AMOUNT},
            "currency": {**TEXT, "pattern": "^[A-Z]{3}$"},
            "rate_on": {**TEXT, "format": "date"},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _texts() -> Schema:
    languages = {code: {"type": ["string", "null"]} for code in LOCALES}
    return {"type": "object", "properties": languages, "additionalProperties": False}


# What is told of these is more than a text without a format.
SHAPES: Mapping[str, Callable[[Sequence[Option], str], Schema]] = {
    "number": lambda _options, _currency: dict(NUMBER),
    "percent": lambda _options, _currency: dict(NUMBER),
    "whole": lambda _options, _currency: {"type": "integer"},
    "flag": lambda _options, _currency: {"type": "boolean"},
    "money": lambda _options, currency: _money(currency),
    "amount": lambda _options, _currency: _amount(),
    "localized": lambda _options, _currency: _texts(),
    "tags": lambda _options, _currency: _several(TEXT),
    "choices": lambda options, _currency: _several(_choice(options)),
    "choice": lambda options, _currency: _choice(options),
}
Freer = Callable[[Field, Sequence[Option], str], list[Schema]]
# Of these a change may send more than a text: the shapes of each.
FREER: Mapping[str, Freer] = {
    "number": lambda _field, _options, _currency: [NUMBER, TEXT],
    "percent": lambda _field, _options, _currency: [NUMBER, TEXT],
    "whole": lambda _field, _options, _currency: [{"type": "integer"}, TEXT],
    "money": lambda _field, _options, currency: [_money(currency), NUMBER, TEXT],
    "amount": lambda _field, _options, _currency: [_amount(), NUMBER, TEXT],
    "flag": lambda _field, _options, _currency: [{"type": "boolean"}, TEXT],
    "localized": lambda _field, _options, _currency: [_texts(), TEXT],
    "choices": lambda _field, options, _currency: [_several(_choice(options)), TEXT],
    "tags": lambda _field, _options, _currency: [
        {**_several(TEXT), "maxItems": MOST_ON_RECORD},
        TEXT,
    ],
    "reference": lambda _field, _options, _currency: [{**TEXT, "format": "uuid"}],
    "choice": lambda _field, options, _currency: [_choice(options)],
}
