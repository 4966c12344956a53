"""What each operator means for a field: one bound condition on the column itself."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from app.identity.rights import my_team
from app.kernel.actor import Actor
from app.kernel.countries import country_code
from app.kernel.language import _
from app.kernel.phones import read_phone
from app.records.fields import Field, Option, languages_of
from app.records.filters.below import BELOW, has_below
from app.records.filters.moments import stands_at, within
from app.records.filters.node import Filter
from app.records.filters.periods import Span, bounds, days_before, read_days, read_span
from app.records.filters.written import read_list
from app.records.tags.operations import fold
from app.records.values import Unfit, clean_text, read_value
from app.records.values.choices import spelled

EQUAL = ("eq", "ne", "in", "nin")
MANY = ("choices", "tags")  # Kinds that hold several values.
ORDERED = ("lt", "lte", "gt", "gte", "between")
OPERATORS = (*EQUAL, BELOW, "has", *ORDERED, "contains", "starts", "stale", "isnull")
TEXTS = ("text", "localized", "long_text", "email", "phone", "url")
DATES = ("moment", "day")
NUMBERS = ("whole", "number", "money", "amount", "percent")
ORDERLY = (*DATES, "time", *NUMBERS)  # Kinds with an order.
MAX_IN = 200

Condition = ColumnElement[bool]


def operators_of(field: Field) -> tuple[str, ...]:
    """The operators that have a meaning for a field, in the order of OPERATORS."""
    fits = {
        **dict.fromkeys(ORDERED, ORDERLY),
        "contains": TEXTS,
        "starts": TEXTS,
        "stale": DATES,
        "has": MANY,
    }
    found = tuple(one for one in OPERATORS if one not in fits or field.kind in fits[one])
    return found if has_below(field) else tuple(one for one in found if one != BELOW)


def compare(field: Field, one: Filter, by: Actor) -> Condition:
    """The condition of one filter on `field`; Unfit where its value or operator does not fit."""
    _demand_fit(field, one)
    if field.kind == "localized" and one.operator != "isnull":
        return _in_any_language(field, one)
    return _MEANING.get(one.operator, _ordered)(field, one, by)


def _demand_fit(field: Field, one: Filter) -> None:
    if one.operator in operators_of(field):
        return
    if one.operator in ORDERED:
        raise Unfit(_("This field has no order to compare by."))
    if one.operator == "stale":
        raise Unfit(_("Only dates can be compared with a number of days."))
    if one.operator == "has":
        raise Unfit(_("Only a field with several values can have one of them."))
    if one.operator == BELOW:
        raise Unfit(_("Nothing stands below these records."))
    raise Unfit(_("Only texts can be searched for a part."))


def _parts(one: Filter) -> list[str]:
    parts = read_list(one.text)
    if len(parts) > MAX_IN:
        raise Unfit(_("At most %(limit)s values.", limit=MAX_IN))
    return parts


def _is_null(field: Field, one: Filter, _by: Actor) -> Condition:
    flags = {"true": True, "1": True, "false": False, "0": False}
    if one.text not in flags:
        raise Unfit(_("This must be yes or no."))
    empty: Condition = field.expression.is_(None)
    return empty if flags[one.text] else ~empty


def _match(field: Field, one: Filter, _by: Actor) -> Condition:
    """Part of a text, or its beginning, whatever its case."""
    return field.expression.ilike(_pattern(one), escape="\\")


def _pattern(one: Filter) -> str:
    """The pattern of LIKE for a part of a text or its beginning."""
    text = clean_text(one.text)
    if not text:
        raise Unfit(_("Give a text to look for."))
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%" if one.operator == "starts" else f"%{escaped}%"


def _in_any_language(field: Field, one: Filter) -> Condition:
    """What is asked of a text in several languages holds where it holds in one of them."""
    texts = languages_of(field.expression)
    if one.operator in ("contains", "starts"):
        pattern = _pattern(one)
        return or_(*(text.ilike(pattern, escape="\\") for text in texts))
    parts = _parts(one) if one.operator in ("in", "nin") else [one.text]
    wanted = [clean_text(part) for part in parts]
    known = [part for part in wanted if part]
    found = [text.in_(known) for text in texts] if known else []
    found += [field.expression.is_(None)] if "" in wanted else []
    return or_(*found).is_not(true()) if one.operator in ("ne", "nin") else or_(*found)


def _stale(field: Field, one: Filter, by: Actor) -> Condition:
    """Nothing in the last so many days: empty, or before them."""
    first = days_before(read_days(one.text), by)
    begins = bounds(field, (first, first), by).start
    return or_(field.expression.is_(None), stands_at(field, by) < begins)


def _among(field: Field, one: Filter, by: Actor) -> Condition:
    """One of some values, the empty one among them where a part is empty."""
    parts = _parts(one)
    plain = [part for part in parts if _is_plain(field, part)]
    values = [_value(field, part, by) for part in plain]
    found = [_equal(field, part, by) for part in parts if not _is_plain(field, part)]
    found += [field.expression.is_(None)] if None in values else []
    known = [value for value in values if value is not None]
    return or_(*found, *([field.expression.in_(known)] if known else []))


def _is_plain(field: Field, text: str) -> bool:
    """True for a value that a column is compared with as it is."""
    return field.kind not in (*DATES, *MANY) and (field.to != "user" or text != "my_team")


def _equal(field: Field, text: str, by: Actor) -> Condition:
    """Holds this value: the same, one of a multiple choice, or within these days."""
    found: Condition
    if field.kind in DATES:
        return _within(field, read_span(field, text, by), by)
    if field.to == "user" and text == "my_team":
        found = field.expression.in_(my_team(by))
        return found
    value = _value(field, text, by)
    if value is not None and field.kind in MANY:
        found = field.expression.contains([value])
    else:
        found = field.expression == value  # SQLAlchemy makes IS NULL of None.
    return found


def _different(field: Field, one: Filter, by: Actor) -> Condition:
    """Holds another value or none."""
    if not _is_plain(field, one.text):
        return _equal(field, one.text, by).is_not(true())
    found: Condition = field.expression.is_distinct_from(_value(field, one.text, by))
    return found


def _within(field: Field, span: Span | None, by: Actor) -> Condition:
    """Within the days of a span, or at its moment."""
    if span is None or span.end is None:
        found: Condition = field.expression == (None if span is None else span.start)
        return found
    return within(field, span.start, span.end, by)


def _ordered(field: Field, one: Filter, by: Actor) -> Condition:
    """Before, after, less, more; before a period is before its start, after it from its end on."""
    value, asked = _bound(field, one.text, by), one.operator
    at = stands_at(field, by) if field.kind == "moment" else field.expression
    if value.end is None:
        # A moment that is spelled out is compared with what is kept, whoever reads.
        at = at if one.text.strip() == "now" else field.expression
        return _COMPARE[asked](at, value.start)
    if asked in ("lt", "gte"):
        return _COMPARE[asked](at, value.start)
    return _COMPARE["lt" if asked == "lte" else "gte"](at, value.end)


def _between(field: Field, one: Filter, by: Actor) -> Condition:
    """From the first value to the second, both included."""
    parts = read_list(one.text)
    if len(parts) != 2:
        raise Unfit(_("Give two values, the least and the greatest."))
    low, high = Filter(one.key, "gte", parts[0]), Filter(one.key, "lte", parts[1])
    return and_(_ordered(field, low, by), _ordered(field, high, by))


def _bound(field: Field, text: str, by: Actor) -> Span:
    if field.kind in DATES:
        span = read_span(field, text, by)
    else:
        value = _value(field, text, by)
        span = None if value is None else Span(value)
    if span is None:
        raise Unfit(_("Give a value to compare with."))
    return span


def _value(field: Field, text: str, by: Actor) -> Any:
    """The value to compare with; `me` is the reader, and a choice may be retired."""
    if field.to == "user" and text == "me":
        return by.user_id
    if field.kind == "phone":
        return read_phone(clean_text(text), by.tenant.country) or clean_text(text) or None
    if field.kind == "country":
        return country_code(clean_text(text)) or clean_text(text) or None
    if field.kind == "tags":
        return fold(clean_text(text)) or None
    if field.kind in ("choice", "choices", "email", "url"):
        plain = clean_text(text) or None
        return spelled(plain, field.options) or plain if plain else None
    options: tuple[Option, ...] = ()
    return read_value(field, text, by, options)


_COMPARE: Mapping[str, Callable[[Any, Any], Condition]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_MEANING: Mapping[str, Callable[[Field, Filter, Actor], Condition]] = {
    "eq": lambda field, one, by: _equal(field, one.text, by),
    "has": lambda field, one, by: _equal(field, one.text, by),
    "ne": _different,
    "in": _among,
    "nin": lambda field, one, by: _among(field, one, by).is_not(true()),
    "between": _between,
    "contains": _match,
    "starts": _match,
    "stale": _stale,
    "isnull": _is_null,
}
