"""Filters of lists and of the API: `field`, `field__gte` and so on, each as one bound condition."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.kernel.actor import Actor
from app.kernel.countries import country_code
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.phones import read_phone
from app.records.fields import Field, Option
from app.records.types import RecordType
from app.records.values import Unfit, clean_text, read_value, spelled

OPERATORS = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "starts", "isnull")
ORDERED = ("lt", "lte", "gt", "gte")
ORDERLY = ("moment", "day", "time", "whole", "number", "money", "percent")  # Kinds with an order.
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
    if one.operator == "isnull":
        return _is_null(field, one)
    if one.operator == "in":
        return _among(field, one, by)
    if one.operator in ("contains", "starts"):
        return _match(field, one)
    value = _value(field, one.text, by)
    if one.operator in ORDERED:
        return _ordered(field, one, value)
    if field.kind == "choices":
        return _holds(field, value, one.operator)
    found: ColumnElement[bool] = (
        field.expression.is_distinct_from(value)
        if one.operator == "ne"
        else field.expression == value  # SQLAlchemy makes IS NULL of None.
    )
    return found


def _holds(field: Field, value: Any, asked: str) -> ColumnElement[bool]:
    """A multiple choice that has this value among its own, or has it not."""
    if value is None:
        empty: ColumnElement[bool] = field.expression.is_(None)
        return ~empty if asked == "ne" else empty
    among: ColumnElement[bool] = field.attribute.contains({field.key: [value]})
    return or_(field.expression.is_(None), ~among) if asked == "ne" else among


def _is_null(field: Field, one: Filter) -> ColumnElement[bool]:
    flags = {"true": True, "1": True, "false": False, "0": False}
    if one.text not in flags:
        raise Unfit(_("This must be yes or no."))
    empty: ColumnElement[bool] = field.expression.is_(None)
    return empty if flags[one.text] else ~empty


def _among(field: Field, one: Filter, by: Actor) -> ColumnElement[bool]:
    parts = one.text.split(",")
    if len(parts) > MAX_IN:
        raise Unfit(_("At most %(limit)s values.", limit=MAX_IN))
    values = [_value(field, part, by) for part in parts]
    if field.kind == "choices":
        return or_(*(_holds(field, value, "eq") for value in values))
    return field.expression.in_(values)


def _ordered(field: Field, one: Filter, value: Any) -> ColumnElement[bool]:
    """Before, after, less, more: for fields whose values have such an order."""
    if field.kind not in ORDERLY:
        raise Unfit(_("This field has no order to compare by."))
    if value is None:
        raise Unfit(_("Give a value to compare with."))
    compare: Callable[[Any, Any], ColumnElement[bool]] = getattr(
        operator, {"lte": "le", "gte": "ge"}.get(one.operator, one.operator)
    )
    return compare(field.expression, value)


def _match(field: Field, one: Filter) -> ColumnElement[bool]:
    """Part of a text, or its beginning, whatever its case."""
    if field.kind not in ("text", "long_text", "email", "phone", "url"):
        raise Unfit(_("Only texts can be searched for a part."))
    text = clean_text(one.text)
    if one.operator == "starts":
        return field.expression.istartswith(text, autoescape=True)
    return field.expression.icontains(text, autoescape=True)


def _value(field: Field, text: str, by: Actor) -> Any:
    """The value to compare with; `me` is the reader, `now` this moment; a choice may be retired."""
    if field.to == "user" and text == "me":
        return by.user_id
    if field.kind == "moment" and text == "now":
        return by.now
    if field.kind == "phone":
        return read_phone(clean_text(text), by.tenant.country) or clean_text(text) or None
    if field.kind == "country":
        return country_code(clean_text(text)) or clean_text(text) or None
    if field.kind in ("choice", "choices", "email", "url"):
        plain = clean_text(text) or None
        return spelled(plain, field.options) or plain if plain else None
    options: tuple[Option, ...] = ()
    return read_value(field, text, by, options)
