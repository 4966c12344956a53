"""What stands over a list whatever it is looked at through: name, number, views, filters, order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.records.pages.chips import Chip, chips
from app.records.pages.columns import layout
from app.records.pages.lenses import LensLink, lens_links
from app.records.pages.listing import (
    Total,
    attention_url,
    attention_words,
    counts_over,
    total_of,
    views_with,
)
from app.records.pages.orders import Order, orders_of
from app.records.pages.pool import is_whole_pool
from app.records.pages.state import ListState
from app.records.types import RecordType
from app.records.views.tabs import Views
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class ListHead:
    """The head of a board or a calendar, with the names that a list's templates use."""

    record_type: RecordType
    state: ListState
    shown_total: Total
    attention: int
    attention_text: str
    attention_url: str
    views: Views
    chips: tuple[Chip, ...]
    orders: tuple[Order, ...]
    may_create: bool
    lenses: tuple[LensLink, ...]
    is_pool: bool  # All that waits in the pool is meant, and nothing else.


def list_head(
    state: ListState, by: Actor, reached: int | None, reader: Actor | None = None
) -> ListHead:
    """The head of what `state` shows; `reached` is how many records that are, where it is known.

    `reader` is who reads its records, where that is not plainly `by`.
    """
    record_type, write = state.record_type, formats(by)
    me, by = by, reader or by
    counts = counts_over(state, me, reached)
    shape = layout(record_type, by, state.look)
    # What is ordered by walking from value to value has no order within a column.
    shape = replace(shape, columns=tuple(one for one in shape.columns if not one.field.is_walked))
    attention = counts.get("attention", 0)
    return ListHead(
        record_type=record_type,
        state=state,
        shown_total=total_of(state, counts.get("shown"), counts["all"], write),
        attention=attention,
        attention_text=attention_words(attention),
        attention_url=attention_url(record_type),
        views=views_with(state, counts, write, me),
        chips=chips(state, by),
        orders=tuple(orders_of(state, shape, by).values()),
        may_create=me.may(record_type.key, "create") and not me.tenant.is_read_only,
        lenses=lens_links(state, by),
        is_pool=is_whole_pool(state),
    )
