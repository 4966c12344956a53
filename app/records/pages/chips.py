"""The filters of a list as chips: what each one says, and the address of the list without it."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.records.pages.filter_words import in_words, names_in
from app.records.pages.state import MINE, ListState, is_same


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: its field, what it asks for, the address without it, and where it is changed."""

    label: str
    text: str
    url: str
    edit_url: str


def chips(state: ListState, by: Actor) -> tuple[Chip, ...]:
    """The chips of a list; a view that is a tab needs none, as the tab says it."""
    record_type = state.record_type
    tabs = (MINE, *(view.arguments for view in record_type.views))
    if not state.asked.filters or any(is_same(state, arguments) for arguments in tabs):
        return ()
    names = names_in(record_type, state.asked.filters, by)
    return tuple(
        Chip(*in_words(record_type, one, by, names), state.without(one), state.filter_url(at))
        for at, one in enumerate(state.asked.filters)
    )
