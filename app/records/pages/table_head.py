"""The head of a list's table and its menu of orders, rendered once and kept.

They are the same for all who have the same columns in the same order, on every page of a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import Text, current
from app.kernel.remembered import Remembered
from app.records.pages.columns import Column, Layout
from app.records.pages.orders import Order, orders_of
from app.records.pages.state import ListState
from app.web.drawing import render_part


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    key: str
    label: Text
    classes: str
    order: Order | None
    width: int = 0


@dataclass(frozen=True, slots=True)
class TableHead:
    """The heads of the columns and the orders, with their HTML.

    `shape` is the layout by whose identity they are kept: while they are, it is no other's.
    """

    shape: Layout
    heads: tuple[Head, ...]
    html: Markup
    sort_menu: Markup


_kept: Remembered[TableHead] = Remembered(1024)


def table_head(state: ListState, shape: Layout, by: Actor) -> TableHead:
    """The head of the table that `state` shows, in the language in use."""
    anywhere = replace(state, asked=replace(state.asked, cursor=""), first=1)
    return _kept.get((id(shape), anywhere, current()), lambda: _make(anywhere, shape, by))


def _make(state: ListState, shape: Layout, by: Actor) -> TableHead:
    orders = orders_of(state, shape, by)
    heads = _heads(shape, orders)
    values = {"heads": heads, "is_sized": shape.title_width > 0, "ticks": shape.ticks}
    menu = render_part("records/_sort_menu.html", {"orders": tuple(orders.values())})
    return TableHead(shape, heads, render_part("records/_table_head.html", values), menu)


def _heads(shape: Layout, orders: Mapping[str, Order]) -> tuple[Head, ...]:
    sortable = shape.title.is_sortable
    title = Column(shape.title, "text", "c-name", sortable, False, shape.title_width)
    return tuple(
        Head(
            column.key,
            column.field.label,
            column.classes,
            orders.get(column.key) if column.is_sortable else None,
            column.width,
        )
        for column in (title, *shape.columns)
    )
