"""Values that fit every field of any record type, so that a new one is tested at once."""

from __future__ import annotations

from itertools import count
from typing import Any

from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.fields import Field
from app.records.parts.facts import Part
from app.records.picklists import load_picklists
from app.records.priced.field import CurrencyField
from app.records.registry import registry
from app.records.types import RecordType

BY_KIND: dict[str, Any] = {
    "text": "Fence",
    "localized": {"en": "Fence", "zh-CN": "栅栏"},
    "money": 1280.5,
    "percent": 13,
    "long_text": "Two lines\nof words.",
    "email": "frank@fence.example",
    "phone": "+442079460123",
    "url": "https://www.fence.example",
    "country": "GB",
    "whole": 42,
    "flag": True,
    "moment": "2026-12-01T09:30:00Z",
    "day": "2026-12-01",
    "tags": ["vip"],
}


def values_for(record_type: RecordType, by: Actor) -> dict[str, Any]:
    """A value for each field that can be written; references point to records made for it."""
    picklists = load_picklists(by.session, record_type.key)
    values = {}
    for field in record_type.fields:
        if not field.readonly:
            value = _value(record_type, field, by, picklists)
            if value is not None:
                values[field.key] = value
    if "lines" in record_type.inputs:
        values["lines"] = [{"name": "Fence", "unit_price": "12", "discount": "10"}]
    return values


_numbers = count(1)


def _value(record_type: RecordType, field: Field, by: Actor, picklists: dict[str, Any]) -> Any:
    if field.is_unique:
        return f"N-{next(_numbers)}"
    if field.kind == "choice":
        options = picklists.get(field.key, field.options)
        known = [one.value for one in options]
        # That of the amounts among these values.
        is_home = isinstance(field, CurrencyField)
        return by.tenant.currency if is_home else next(iter(known), None)
    if field.kind != "reference":
        # A whole day would make another moment of the one beside its flag.
        makes_days = field.attribute in [one.says_day for one in record_type.days]
        by_kind = BY_KIND | {"amount": {"amount": "12.00", "currency": by.tenant.currency}}
        if field.is_past:
            by_kind["day"] = "2026-01-31"
        return False if makes_days else by_kind[field.kind]
    if field.to == "user":
        return str(by.user_id) if by.user_id else None
    target = registry().type(field.to or "")
    if target is record_type:
        return None  # A record refers to one of its own kind only when somebody says so.
    return str(make(target, by).id)


def add_part(part: Part, record: Any, number: int, by: Actor) -> None:
    """A part of a record with all its columns filled; what is empty of the third one may be."""
    to = {str(one.attribute.key): one.to for one in part.fields if one.to}
    row = part.model(id=new_id())
    for column in part.model.__table__.c:
        if column.key == part.reference.key:
            setattr(row, column.key, record.id)
        elif column.key in to:
            other = make(registry().type(to[column.key] or ""), by) if number < 2 else None
            setattr(row, column.key, other.id if other is not None else None)
        elif column.key != "id" and not (number == 2 and column.nullable):
            values = {str: f"Fence {number}", int: number + 1000}  # Behind the parts it has.
            setattr(row, column.key, values.get(column.type.python_type, number + 1))
    by.session.add(row)


def make(record_type: RecordType, by: Actor, **changes: Any) -> Any:
    """A record of this type with all its fields filled."""
    return perform(record_type, "create", by=by, **{**values_for(record_type, by), **changes})
