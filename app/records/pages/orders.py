"""The orders that a list can be put into, for the heads of its columns and for a menu."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records import query
from app.records.access import readable_keys
from app.records.pages.columns import Layout
from app.records.pages.state import ListState


@dataclass(frozen=True, slots=True)
class Order:
    """One order to choose: from the head of a column or from the menu."""

    label: Text
    url: str
    direction: str  # "ascending", "descending", or "" when the list is ordered otherwise.


def _order(state: ListState, key: str, label: Text) -> Order:
    """The order that a click on a head leads to: the other direction of the one in use."""
    field = state.record_type.by_key[key]
    if state.sort.removeprefix("-") == key:
        is_descending = state.sort.startswith("-")
        direction = "descending" if is_descending else "ascending"
        return Order(label, state.sorted_by(key if is_descending else f"-{key}"), direction)
    first = f"-{key}" if field.kind in ("moment", "whole") and key != "due_at" else key
    return Order(label, state.sorted_by(first), "")


def orders_of(state: ListState, shape: Layout, by: Actor) -> dict[str, Order]:
    """The orders of the menu: the title, every sortable column, and when it was made."""
    readable = readable_keys(state.record_type, by)
    keys = [shape.title.key, *(column.key for column in shape.columns), "created_at", "updated_at"]
    fields = [state.record_type.by_key[key] for key in dict.fromkeys(keys) if key in readable]
    return {
        field.key: _order(state, field.key, field.label)
        for field in fields
        if query.may_sort_by(state.record_type, field, readable)
    }
