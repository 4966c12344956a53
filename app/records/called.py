"""What records are called where others refer to them: papers by their number and title."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.types import RecordType

BETWEEN = " · "


def number_key(record_type: RecordType, by: Actor) -> str:
    """The key of the number that records are called by first; empty where `by` sees none."""
    number = record_type.number_first
    return number.key if number is not None and sees(record_type, number.key, by) else ""


def says_number(record_type: RecordType, by: Actor) -> bool:
    """True for a type whose records are called by their number first, which `by` may see."""
    return bool(number_key(record_type, by))


def called(record_type: RecordType, row: Any, *, with_number: bool) -> ColumnElement[Any]:
    """What the records of `row`, the type's table or an alias, are called, in SQL.

    A number that was not given yet is left out.
    """
    title: ColumnElement[Any] = getattr(row, record_type.title.key)
    if record_type.number_first is None or not with_number:
        return title
    number = getattr(row, record_type.number_first.key)
    both = func.concat(number, BETWEEN, title)
    return case((func.coalesce(number, "") == "", title), else_=both)


def called_text(record_type: RecordType, record: Any, by: Actor) -> str:
    """The same of one record or row that holds its number."""
    title = record_type.title_of(record)
    key = number_key(record_type, by)
    number = getattr(record, key, None) if key else None
    return f"{number}{BETWEEN}{title}" if number else title
