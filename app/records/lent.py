"""What a module knows of another module's records, for lists to be filtered by it.

Such a field lies in a table of the module's own, one row for each record. It is no column, is not
in forms, files or the API of the record, and is there while its module is on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, select

from app.kernel.actor import Actor
from app.records.fields import Attribute, Field
from app.records.filters.compare import compare
from app.records.filters.node import Filter
from app.records.types import RecordType

TURNED = {"ne": "eq", "nin": "in"}  # What is asked of the rows where a filter says not.


@dataclass(frozen=True)
class LentField(Field):
    """A field called `name` of the records that `held_by` names, as far as `among` holds."""

    name: str = ""
    held_by: Attribute | None = None
    among: ColumnElement[bool] | None = None

    @cached_property
    def key(self) -> str:
        """The name of the field in filters."""
        return self.name

    @property
    def is_lent(self) -> bool:
        """Always."""
        return True

    @property
    def nullable(self) -> bool:
        """Always: of a record there may be no row."""
        return True


@dataclass(frozen=True, slots=True)
class Lent:
    """The fields that a module lends to a record type; none for who may not see them."""

    record_type: str
    fields: Callable[[Actor], tuple[LentField, ...]]


_known: Mapping[str, tuple[tuple[str, Lent], ...]] = {}


def install(contributed: Iterable[tuple[str, Lent]]) -> None:
    """Fix what is lent to which type, each with the key of its module; start-up calls it."""
    global _known  # noqa: PLW0603  Fixed from here on, as the registry is.
    found: dict[str, tuple[tuple[str, Lent], ...]] = {}
    for module, one in contributed:
        found[one.record_type] = (*found.get(one.record_type, ()), (module, one))
    _known = found


def lent_fields(record_type: RecordType, by: Actor) -> tuple[LentField, ...]:
    """The fields that are lent to a type, as far as their modules are on and `by` sees them.

    None in the pool for who reads no further: what others know of a record waits for the claim.
    """
    if by.rights.reads_pool_alone(record_type.key):
        return ()
    lent = _known.get(record_type.key, ())
    return tuple(one for key, of in lent if by.tenant.allows(key) for one in of.fields(by))


def lent_field(record_type: RecordType, key: str, by: Actor) -> LentField | None:
    """The lent field of this key, or None."""
    if record_type.key not in _known:
        return None
    return next((one for one in lent_fields(record_type, by) if one.key == key), None)


def holds_of(
    record_type: RecordType, field: LentField, one: Filter, by: Actor
) -> ColumnElement[bool]:
    """The records of which a filter on a lent field holds; Unfit as of any field."""
    held_by: Any = field.held_by
    rows = select(held_by).correlate(None)
    if field.among is not None:
        rows = rows.where(field.among)
    record_id: Any = record_type.model.id
    if one.operator == "isnull":
        asked = compare(field, replace(one, text="false"), by)
        is_there: ColumnElement[bool] = record_id.in_(rows.where(asked))
        return ~is_there if one.text in ("true", "1") else is_there
    plain = replace(one, operator=TURNED.get(one.operator, one.operator))
    found: ColumnElement[bool] = record_id.in_(rows.where(compare(field, plain, by)))
    return ~found if one.operator in TURNED else found
