"""Inputs: from the fields that a form or a program sent to column values, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.custom.conditions import depends_on, is_readonly, is_required, values_of
from app.records.custom.field import OwnField
from app.records.day_flags import settle_days
from app.records.fields import Field, Option
from app.records.model import Record
from app.records.priced.settle import read_price, settle_prices
from app.records.types import RecordType
from app.records.values import Unfit, read_value
from app.records.values.amounts import AMOUNT, beside_held

EMPTY = (None, "", ())


def read_values(
    record_type: RecordType,
    inputs: Mapping[str, Any],
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    record: Record | None = None,
) -> dict[str, Any]:
    """Column values for `inputs`, which hold strings of a form or values of JSON.

    For a new record (`record` is None) required fields that are absent count as empty; on one that
    stands, only what is sent is asked for, and what a value that is sent makes required. Refused
    with a message per field: unknown fields, fields that can't be written, values that do not fit.
    """
    values: dict[str, Any] = {}
    errors: dict[str, Text | str] = {}
    for key in inputs:
        field = record_type.by_key.get(key)
        if field is None:
            errors[key] = _("There is no such field.")
        elif field.readonly:
            errors[key] = _("This field is kept by the system and can't be set.")
        else:
            try:
                value = _read(record_type, field, inputs, by, picklists.get(key, ()), record)
                values[key] = field.default if value is None and not field.nullable else value
            except Unfit as unfit:
                errors[key] = unfit.message
    if record_type.days:
        errors |= settle_days(record_type, inputs, values, record, by)
    if record_type.prices:
        errors |= settle_prices(record_type, values, record, by)
    errors |= _against(record_type, values, record, by, set(errors))
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return values


def still_asked(record_type: RecordType, record: Record) -> list[Field]:
    """The workspace's own fields that a record must have and lacks.

    One that was begun with what another record says was never asked for them.
    """
    value_of = values_of(record_type, record)
    return [
        field
        for key, field in record_type.judged
        if isinstance(field, OwnField) and value_of(key) in EMPTY and is_required(field, value_of)
    ]


def _read(
    record_type: RecordType,
    field: Field,
    inputs: Mapping[str, Any],
    by: Actor,
    options: tuple[Option, ...],
    record: Record | None,
) -> Any:
    """What was sent for one field as its column holds it; an amount in its record's currency."""
    raw = inputs[field.key]
    if field.key in record_type.prices:
        return read_price(record_type, field.key, raw, inputs, record, by, options)
    stands = record is not None and field.kind == AMOUNT
    meant = beside_held(raw, field.value(record)) if stands else raw
    return read_value(field, meant, by, options)


def _against(
    record_type: RecordType,
    values: Mapping[str, Any],
    record: Record | None,
    by: Actor,
    wrong: set[str],
) -> dict[str, Text | str]:
    """What stands against these values together: what is missing, what may not be changed now."""
    if not record_type.judged:
        return {}
    initial = record_type.initial_values(by) if record is None else {}
    of_record = values_of(record_type, record)

    def value_of(key: str) -> Any:
        if key in values:
            return values[key]
        return initial.get(key) if record is None else of_record(key)

    errors: dict[str, Text | str] = {}
    for key, field in record_type.judged:
        if key in wrong:
            continue
        is_asked = record is None or key in values or bool(depends_on(field) & values.keys())
        is_left = by.takes_over and isinstance(field, OwnField)
        if is_asked and not is_left and value_of(key) in EMPTY and is_required(field, value_of):
            errors[key] = _("Please fill in this field.")
        elif _is_changed(field, values, record) and is_readonly(field, value_of):
            errors[key] = _("This can't be changed as the record stands.")
    return errors


def _is_changed(field: Field, values: Mapping[str, Any], record: Record | None) -> bool:
    """True when a record that stands would get another value."""
    if record is None or field.key not in values:
        return False
    return bool(values[field.key] != field.value(record))
