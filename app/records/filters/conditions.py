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
from app.records.lent import LentField, holds_of, lent_field
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values import Unfit

STEPS = 2  # References that a condition follows.


@dataclass(frozen=True, slots=True)
class Meant:
    """The field that a condition is about, on `of`: the type itself, or what `by` refers to.

    Where that reference is of a related record too, `before` is what leads to it.
    """

    of: RecordType
    field: Field
    by: Field | None = None
    before: Meant | None = None

    @property
    def steps(self) -> tuple[Field, ...]:
        """The references that lead to the field, the first one first."""
        if self.by is None:
            return ()
        return (*(self.before.steps if self.before is not None else ()), self.by)

    @property
    def label(self) -> str:
        """The label of the field, with those of the references that lead to it."""
        return " › ".join(str(one.label) for one in (*self.steps, self.field))


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
    first, *further = key.split(".")
    if len(further) > STEPS:
        return None
    if first not in readable or first not in record_type.by_key:
        lent = lent_field(record_type, first, by)
        return None if lent is None or further else Meant(record_type, lent)
    found = Meant(record_type, record_type.by_key[first])
    for step in further:
        reference = found.field
        if reference.to is None or reference.to == "user":
            return None
        target = tailored(reference.to, by)
        field = _field_of(target, step, by)
        if field is None:
            return None
        before = found if found.by is not None else None
        found = Meant(target, field, reference, before)
    return found


def _field_of(target: RecordType, key: str, by: Actor) -> Field | None:
    """A field of what a reference leads to, its own or one that is lent to it."""
    if key in target.by_key:
        return target.by_key[key] if sees(target, key, by) else None
    return lent_field(target, key, by)


def _one(
    record_type: RecordType, one: Filter, by: Actor, readable: Collection[str]
) -> ColumnElement[bool]:
    found = meant(record_type, one.key, by, readable)
    name = name_of(one)
    if found is None or one.operator not in OPERATORS:
        raise Refused(_("This list can't be filtered by %(name)s.", name=name[:80]), field=name)
    try:
        compared = _compared(found.of, found.field, one, by)
    except Unfit as unfit:
        raise Refused(unfit.message, field=name) from None
    return _reached(found, compared, by)


def _compared(of: RecordType, field: Field, one: Filter, by: Actor) -> ColumnElement[bool]:
    """What a filter asks of a field; of what stands below a record, beyond the row alone."""
    if isinstance(field, LentField):
        return holds_of(of, field, one, by)
    if one.operator == BELOW and has_below(field):
        return at_or_below(field, one, by)
    return compare(field, one, by)


def _reached(found: Meant, compared: ColumnElement[bool], by: Actor) -> ColumnElement[bool]:
    """The condition on the rows of a list, from reference to reference; each leads to records
    that `by` may read."""
    if found.by is None:
        return compared
    held = _related(found.by, found.of, compared, by)
    return held if found.before is None else _reached(found.before, held, by)


def _related(
    reference: Field, target: RecordType, compared: ColumnElement[bool], by: Actor
) -> ColumnElement[bool]:
    """Rows that refer to a record which `by` may read and of which a condition holds."""
    records = select(target.model.id).where(permitted(target, by, "read"), compared)
    found: ColumnElement[bool] = reference.target_id.in_(records.correlate(None))
    return found
