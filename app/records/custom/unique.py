"""Fields whose values no two records of a type may share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.access import can_read
from app.records.custom.field import OwnField
from app.records.fields import Field
from app.records.types import RecordType


def check_unique(
    record_type: RecordType, record_id: UUID | None, values: Mapping[str, Any], by: Actor
) -> None:
    """Refused with a message per field where another living record holds the value already.

    Whoever may read that record is told which one it is. Two who write at the same moment wait for
    one another, until the first has committed.
    """
    errors: dict[str, Text | str] = {}
    for key, value in values.items():
        field = record_type.by_key.get(key)
        if field is None or not field.is_unique or value is None:
            continue
        _lock(by, record_type, key, _folded(field, value))
        other = _holder(record_type, field, value, record_id, by)
        if other is not None:
            is_shown = can_read(record_type, other.id, by)
            errors[key] = (
                _("%(name)s has this already.", name=other.title)
                if is_shown
                else _("Another record has this already.")
            )
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def distinct(record_type: RecordType, rows: Iterable[Any]) -> Iterable[Any]:
    """The rows of one batch as they come; Refused at one that repeats an earlier one's value."""
    unique = [one for one in record_type.fields if one.is_unique]
    seen: set[tuple[str, Any]] = set()
    for row in rows:
        for field in unique:
            value = field.value(row)
            if value is not None and (field.key, _folded(field, value)) in seen:
                taken = {field.key: _("Another record has this already.")}
                raise Refused(_("Please check the marked fields."), errors=taken)
            seen.add((field.key, _folded(field, value)))
        yield row


def require_distinct(by: Actor, declared: RecordType, field: OwnField) -> None:
    """Refused when two living records hold one value of a field that shall be unique."""
    value = field.expression
    model = declared.model
    twice = by.session.execute(
        select(value)
        .where(model.deleted_at.is_(None), value.is_not(None))
        .group_by(value)
        .having(func.count() > 1)
        .limit(1)
    ).first()
    if twice is not None:
        raise Refused(
            _("Two records hold “%(value)s”, so this can't be unique yet.", value=twice[0]),
            field="is_unique",
        )


def _holder(
    record_type: RecordType, field: Field, value: Any, record_id: UUID | None, by: Actor
) -> Any:
    model = record_type.model
    found = select(model.id, record_type.title.label("title")).where(
        model.deleted_at.is_(None), _compared(field) == _folded(field, value)
    )
    if record_id is not None:
        found = found.where(model.id != record_id)
    with by.session.no_autoflush:
        return by.session.execute(found.limit(1)).first()


def _lock(by: Actor, record_type: RecordType, key: str, value: Any) -> None:
    """Hold this value of this field in this workspace until the transaction ends."""
    named = f"{by.tenant.id}:{record_type.key}:{key}:{value}"
    by.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(named, 0))))


def _folded(field: Field, value: Any) -> Any:
    """A value as it is compared: built-in texts whatever their case."""
    is_text = isinstance(value, str) and not isinstance(field, OwnField)
    return value.lower() if is_text else value


def _compared(field: Field) -> ColumnElement[Any]:
    """The same in SQL, where an index stands on it."""
    is_text = field.kind == "text" and not isinstance(field, OwnField)
    return func.lower(field.expression) if is_text else field.expression
