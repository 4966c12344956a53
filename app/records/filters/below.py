"""References to types whose records stand below one another, as categories and firms do."""

from __future__ import annotations

from app.records.fields import Field
from app.records.registry import registry
from app.records.types import RecordType

BELOW = "below"


def has_below(field: Field) -> bool:
    """True for a reference by which a record and all below it can be asked for."""
    return tree_of(field) is not None


def tree_of(field: Field) -> tuple[RecordType, Field] | None:
    """The type that a field refers to and its own reference to itself, where it has one."""
    if field.to is None or field.to == "user":
        return None
    target = registry().type(field.to)
    return None if target.parent is None else (target, target.parent)
