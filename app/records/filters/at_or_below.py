"""The condition of a record and all that stand below it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import permitted, sees
from app.records.fields import Field
from app.records.filters.below import tree_of
from app.records.filters.node import Filter
from app.records.values import Unfit, read_value


def at_or_below(field: Field, one: Filter, by: Actor) -> ColumnElement[bool]:
    """Refers to the record asked for or to one below it, however deep, as far as `by` reads them.

    Unfit where none was given, and for who may not see what stands below what.
    """
    record_id, found = read_value(field, one.text, by, ()), tree_of(field)
    if record_id is None:
        raise Unfit(_("Give a value to compare with."))
    if found is None or not sees(found[0], found[1].key, by):
        raise Unfit(_("Nothing stands below these records."))
    tree, parent = found
    model, readable = tree.model, permitted(tree, by)
    root = select(model.id).where(model.id == record_id, readable)
    met = root.correlate(None).cte(recursive=True)
    # UNION, so that a circle, which nobody can make by a form, ends all the same.
    next_level = select(model.id).join(met, parent.target_id == met.c.id).where(readable)
    below = met.union(next_level.correlate(None))
    return or_(field.target_id == record_id, field.target_id.in_(select(below.c.id)))
