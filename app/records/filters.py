"""Filters of lists and of the API: `field`, `field__gte` and so on, each as one bound condition."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.types import RecordType
from app.records.values import Unfit, clean_text, read_value

OPERATORS = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "starts", "isnull")
ORDERED = ("lt", "lte", "gt", "gte")
MAX_IN = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: the key of a field, one of OPERATORS, and the text it was asked with."""

    key: str
    operator: str
    text: str


def read_filters(arguments: Mapping[str, str], reserved: Collection[str]) -> tuple[Filter, ...]:
    """The filters among the arguments of a URL; an operator of no meaning is Refused later."""
    found = []
    for name, text in arguments.items():
        if name not in reserved:
            key, _sep, operator = name.partition("__")
            found.append(Filter(key, operator or "eq", text))
    return tuple(found)


def condition(
    record_type: RecordType, one: Filter, by: Actor, readable: Collection[str]
) -> ColumnElement[bool]:
    """The condition of one filter; Refused for a field that is not there or may not be read."""
    name = one.key if one.operator == "eq" else f"{one.key}__{one.operator}"
    field = record_type.by_key.get(one.key)
    if field is None or one.key not in readable or one.operator not in OPERATORS:
        raise Refused(_("This list can't be filtered by that."), field=name)
    try:
        return _compare(field, one, by)
    except Unfit as unfit:
        raise Refused(unfit.message, field=name) from None


def _compare(field: Field, one: Filter, by: Actor) -> ColumnElement[bool]:
    attribute = field.attribute
    if one.operator == "isnull":
        flags = {"true": True, "1": True, "false": False, "0": False}
        if one.text not in flags:
            raise Unfit(_("This must be yes or no."))
        empty: ColumnElement[bool] = attribute.is_(None)
        return empty if flags[one.text] else ~empty
    if one.operator == "in":
        parts = one.text.split(",")[: MAX_IN + 1]
        if len(parts) > MAX_IN:
            raise Unfit(_("At most %(limit)s values.", limit=MAX_IN))
        among: ColumnElement[bool] = attribute.in_([_value(field, part, by) for part in parts])
        return among
    if one.operator in ("contains", "starts"):
        return _match(field, one)
    value = _value(field, one.text, by)
    if one.operator in ORDERED:
        if field.kind not in ("moment", "day", "whole", "money", "number"):
            raise Unfit(_("This field has no order to compare by."))
        compared: ColumnElement[bool] = {
            "lt": attribute < value,
            "lte": attribute <= value,
            "gt": attribute > value,
            "gte": attribute >= value,
        }[one.operator]
        return compared
    equal: ColumnElement[bool] = attribute.is_(None) if value is None else attribute == value
    if one.operator == "ne":
        return attribute.is_distinct_from(value)  # type: ignore[no-any-return]
    return equal


def _match(field: Field, one: Filter) -> ColumnElement[bool]:
    """Part of a text, or its beginning, whatever its case."""
    if field.kind not in ("text", "long_text", "email", "phone", "url"):
        raise Unfit(_("Only texts can be searched for a part."))
    text = clean_text(one.text)
    if one.operator == "starts":
        return field.attribute.istartswith(text, autoescape=True)  # type: ignore[no-any-return]
    return field.attribute.icontains(text, autoescape=True)  # type: ignore[no-any-return]


def _value(field: Field, text: str, by: Actor) -> Any:
    """The value to compare with; `me` is the reader, a choice needs no longer be offered."""
    if field.to == "user" and text == "me":
        return by.user_id
    if field.kind in ("choice", "phone", "email", "url"):
        return clean_text(text) or None
    options: tuple[Option, ...] = ()
    return read_value(field, text, by, options)
