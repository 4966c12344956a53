"""Amounts in SQL, as sums add them up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ColumnElement, Numeric, case, cast, func

from app.records.custom.kinds import JsonValue
from app.records.fields import Field

SUMMED = ("whole", "number", "money", "amount")  # Kinds that are added up; shares are not.


def adds_up(field: Field) -> bool:
    """True of a field whose values have a sum: amounts and counts, no rates, terms or shares."""
    return field.kind in SUMMED and field.adds_up and not field.to


def amount(field: Field) -> ColumnElement[Any]:
    """An amount as a number that can be added up; one that lies in JSON as none counts as none."""
    number = cast(field.expression, Numeric())
    if not isinstance(field.expression.type, JSON | JsonValue):
        return number
    return case((func.jsonb_typeof(field.expression) == "number", number))
