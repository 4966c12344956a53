"""The WHERE of filters: every field that the reader sees, and those of related records."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.access import permitted, readable_keys, sees
from app.records.fields import Field
from app.records.filters.at_or_below import at_or_below
from app.records.filters.below import BELOW, has_below
from app.records.filters.compare import OPERATORS, compare
from app.records.filters.node import DEEPEST, MOST, Filter, Node, depth, joined, leaves, name_of
from app.records.filters.written import ARGUMENT
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values import Unfit


@dataclass(frozen=True, slots=True)
class Meant:
    """The field that a condition is about, on `of`: the type itself, or what `by` refers to."""

    of: RecordType
    field: Field
    by: Field | None = None


def where(
    record_type: RecordType, filters: Iterable[Node], by: Actor, readable: Collection[str]
) -> list[ColumnElement[bool]]:
    """The conditions of some filters, all of which must hold.

    Refused for a field that is not there or may not be read, without telling which of both, for a
    value that does not fit its field, and for more than MOST conditions or DEEPEST groups.
    """
    asked = tuple(filters)
    if sum(1 for _one in leaves(asked)) > MOST:
        raise Refused(_("A filter has at most %(most)s conditions.", most=MOST), field=ARGUMENT)
    if any(depth(one) > DEEPEST for one in asked):
        message = _("Groups of conditions go %(most)s deep at most.", most=DEEPEST)
        raise Refused(message, field=ARGUMENT)
    return [joined(node, lambda one: _one(record_type, one, by, readable)) for node in asked]


def meant(
    record_type: RecordType, key: str, by: Actor, readable: Collection[str] | None = None
) -> Meant | None:
    """The field that the key of a condition names, or None where the reader sees no such.

    `readable` are the keys of the type's own fields that `by` sees, when they are known.
    """
    if readable is None:
        readable = readable_keys(record_type, by)
    first, dot, second = key.partition(".")
    if first not in readable or first not in record_type.by_key:
        return None
    field = record_type.by_key[first]
    if not dot:
        return Meant(record_type, field)
    if field.to is None or field.to == "user":
        return None
    target = tailored(field.to, by)
    if second not in target.by_key or not sees(target, second, by):
        return None
    return Meant(target, target.by_key[second], field)


def _one(
    record_type: RecordType, one: Filter, by: Actor, readable: Collection[str]
) -> ColumnElement[bool]:
    found = meant(record_type, one.key, by, readable)
    name = name_of(one)
    if found is None or one.operator not in OPERATORS:
        raise Refused(_("This list can't be filtered by %(name)s.", name=name[:80]), field=name)
    try:
        compared = _compared(found.field, one, by)
    except Unfit as unfit:
        raise Refused(unfit.message, field=name) from None
    return compared if found.by is None else _related(found.by, found.of, compared, by)


def _compared(field: Field, one: Filter, by: Actor) -> ColumnElement[bool]:
    """What a filter asks of a field; of what stands below a record, beyond the row alone."""
    if one.operator == BELOW and has_below(field):
        return at_or_below(field, one, by)
    return compare(field, one, by)


def _related(
    reference: Field, target: RecordType, compared: ColumnElement[bool], by: Actor
) -> ColumnElement[bool]:
    """Rows that refer to a record which `by` may read and of which a condition holds."""
    records = select(target.model.id).where(permitted(target, by, "read"), compared)
    found: ColumnElement[bool] = reference.target_id.in_(records.correlate(None))
    return found
