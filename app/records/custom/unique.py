"""Fields whose values no two records of a type may share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.custom.field import OwnField
from app.records.custom.spelling import OF_WORDS, compared_own, spelling
from app.records.fields import Field
from app.records.references import titles
from app.records.types import RecordType

Errors = dict[str, Text | str]
Row = tuple[UUID | None, Mapping[str, Any]]  # A record's id, where it stands already, and values.
LOCKED_EACH = 100  # Values of a field; for more of them the whole field is held.


def check_unique(
    record_type: RecordType, record_id: UUID | None, values: Mapping[str, Any], by: Actor
) -> None:
    """Refused with a message per field where another living record holds the value already.

    Whoever may read that record is told which one it is. Two who write at the same moment wait for
    one another, until the first has committed.
    """
    (errors,) = against_unique(record_type, [(record_id, values)], by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def against_unique(record_type: RecordType, rows: Sequence[Row], by: Actor) -> list[Errors]:
    """The same for many rows at once, two statements for each such field that one of them gives.

    Of rows that share a value the first one may have it.
    """
    found: list[Errors] = [{} for _row in rows]
    for field in record_type.unique_fields:
        asked = [
            (number, record_id, _folded(field, values[field.key]))
            for number, (record_id, values) in enumerate(rows)
            if values.get(field.key) is not None
        ]
        if not asked:
            continue
        wanted = {value for _number, _id, value in asked}
        _lock(by, record_type, field.key, wanted)
        holders = _holders(record_type, field, wanted, by)
        shown = titles(record_type.key, [one[0] for one in holders.values()], by)
        for number, record_id, value in asked:
            holder = holders.get(value)
            if holder is None:
                holders[value] = (record_id or number, None)  # Whoever comes later is too late.
            elif holder[0] not in (record_id, number):
                found[number][field.key] = _taken(shown.get(holder[0]))
    return found


def _taken(title: str | None) -> Text:
    if title is None:
        return _("Another record has this already.")
    return _("%(name)s has this already.", name=title)


def require_distinct(by: Actor, declared: RecordType, field: OwnField) -> None:
    """Refused when two living records hold one value of a field that shall be unique."""
    value = compared_own(field)
    model = declared.model
    twice = by.session.execute(
        select(func.min(field.expression))
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


Holder = tuple[Any, Any]  # Whose value it is, and its title.


def _holders(
    record_type: RecordType, field: Field, wanted: Collection[Any], by: Actor
) -> dict[Any, Holder]:
    """The living records that hold one of these folded values, by the value."""
    model, value = record_type.model, _compared(field)
    found = select(model.id, record_type.title.label("title"), value.label("value"))
    found = found.where(model.deleted_at.is_(None), value.in_(wanted))
    with by.session.no_autoflush:
        return {row.value: (row.id, row.title) for row in by.session.execute(found)}


def _lock(by: Actor, record_type: RecordType, key: str, values: Collection[Any]) -> None:
    """Hold these values of this field in this workspace until the transaction ends.

    Who writes few of them shares the field with others and holds each value; who writes many holds
    the field alone, as there is room for so many locks only.
    """
    field = f"{by.tenant.id}:{record_type.key}:{key}"
    if len(values) > LOCKED_EACH:
        by.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(field, 0))))
        return
    named = sorted(f"{field}:{value}" for value in values)
    by.session.execute(
        select(
            func.pg_advisory_xact_lock_shared(func.hashtextextended(field, 0)),
            *(func.pg_advisory_xact_lock(func.hashtextextended(one, 0)) for one in named),
        )
    )


def _folded(field: Field, value: Any) -> Any:
    """A value as it is compared: texts whatever their case, of own fields whatever their width."""
    if not isinstance(value, str):
        return value
    if not isinstance(field, OwnField):
        return value.lower()
    return spelling(value) if field.kind in OF_WORDS else value


def _compared(field: Field) -> ColumnElement[Any]:
    """The same in SQL, where an index stands on it."""
    if isinstance(field, OwnField):
        return compared_own(field)
    return func.lower(field.expression) if field.kind == "text" else field.expression
