"""By which fields a reader can have a board or a calendar of a type, and which one is asked for."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.access import sees
from app.records.custom.field import OwnField
from app.records.fields import Attribute, Field
from app.records.types import RecordType

DATES = ("day", "moment")


def column_fields(record_type: RecordType, by: Actor) -> tuple[Field, ...]:
    """The choices whose options can be a board's columns, the usual one first."""
    return _fields(record_type, record_type.board.columns, ("choice",), by)


def date_fields(record_type: RecordType, by: Actor) -> tuple[Field, ...]:
    """The dates and moments at which records can stand in a calendar, the usual one first."""
    return _fields(record_type, record_type.calendar.dates, DATES, by)


def column_field(record_type: RecordType, key: str, by: Actor) -> Field:
    """The choice of a board, the usual one where none is named; Refused when there is no such."""
    field = _named(column_fields(record_type, by), key)
    if field is None:
        raise Refused(_("There is no board by this field, or your role does not show it."))
    return field


def date_field(record_type: RecordType, key: str, by: Actor) -> Field:
    """The date of a calendar, the usual one where none is named; Refused when there is no such."""
    field = _named(date_fields(record_type, by), key)
    if field is None:
        raise Refused(_("There is no calendar by this field, or your role does not show it."))
    return field


def _fields(
    record_type: RecordType, declared: tuple[Attribute, ...], kinds: tuple[str, ...], by: Actor
) -> tuple[Field, ...]:
    """The declared fields, then the workspace's own of these kinds, that `by` may see."""
    keys = [attribute.key for attribute in declared]
    if record_type.base is not None:  # Only a type that was tailored has fields of one's own.
        own = (one for one in record_type.fields if isinstance(one, OwnField))
        keys += [one.key for one in own if one.kind in kinds]
    return tuple(record_type.by_key[key] for key in keys if sees(record_type, key, by))


def _named(fields: tuple[Field, ...], key: str) -> Field | None:
    if not key:
        return fields[0] if fields else None
    return next((one for one in fields if one.key == key), None)
