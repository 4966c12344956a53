"""The filters of a list as chips: what each one says, and the address of the list without it."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import ngettext
from app.records.filters import leaves
from app.records.pages.filter_words import in_words, names_in
from app.records.pages.state import MINE, ListState, is_same

MOST_TOLD = 3  # Conditions of one filter that its chip spells out.


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: its field, what it asks for, the address without it, and where it is changed.

    A group of many conditions tells how many they are; its `title` is all of it in words.
    """

    label: str
    text: str
    url: str
    edit_url: str
    title: str = ""


def chips(state: ListState, by: Actor) -> tuple[Chip, ...]:
    """The chips of a list; a view that is a tab needs none, as the tab says it."""
    record_type = state.record_type
    mine = (MINE,) if record_type.tells_mine else ()
    tabs = (*mine, *(view.arguments for view in record_type.views))
    if not state.asked.filters or any(is_same(state, arguments) for arguments in tabs):
        return ()
    names = names_in(record_type, state.asked.filters, by)
    found = []
    for at, one in enumerate(state.asked.filters):
        label, text = in_words(record_type, one, by, names)
        number = len(list(leaves((one,))))
        urls = state.without(one), state.filter_url(at)
        if number > MOST_TOLD:
            counted = ngettext("%(n)s condition", "%(n)s conditions", number)
            found.append(Chip(label, counted, *urls, title=text))
        else:
            found.append(Chip(label, text, *urls))
    return tuple(found)
