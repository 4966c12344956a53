"""The list that an address asks for, with the saved view that it names or begins with.

`?view=<id>` alone shows the view as it was saved. With more than that the address is complete by
itself, and the view is what it set out from, so that what differs can be told, saved or undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.filters import ARGUMENT, Unread, once_each
from app.records.lenses.lens import Lens, read_lens
from app.records.pages.state import (
    LONGEST_ORIGIN,
    PLACE,
    RESERVED,
    ListState,
    Opened,
    read_query,
    read_state,
)
from app.records.query import conditions, default_sort, read_grouping, sort_key
from app.records.types import RecordType
from app.records.views.shelf import ViewFacts, shelf

ALL = "all"  # What the address of a list names to be shown without its reader's default view.


def read_list(record_type: RecordType, arguments: Mapping[str, str], by: Actor) -> ListState:
    """The list that an address asks for; Missing when it is that of a view that `by` has not.

    Refused for an address that gives a filter twice, or filters that can't be read.
    """
    if isinstance(arguments, MultiDict):
        once_each(arguments, RESERVED)
    mine = shelf(by)
    default = mine.default(record_type.key)
    told = {key: text for key, text in arguments.items() if key not in PLACE}
    wanted = told.pop("view", None)
    lens = read_lens({"lens": told.pop("lens", "")}).name
    view = mine.find(record_type.key, parse_id(wanted or ""))
    if wanted is None and not told:
        view = default
    if wanted and wanted != ALL and view is None and not told:
        raise Missing(_("This view was deleted, or is not shared with you."))
    if view is not None and not told:
        place = {key: text for key, text in arguments.items() if key in PLACE}
        arguments = {**saved_arguments(view), **place}
    try:
        state = read_state(record_type, arguments)
    except Unread:  # What is wrong with the JSON helps a program, and nobody who reads a page.
        message = _("The filters in this address can’t be read. It may not have been copied whole.")
        raise Refused(message, field=ARGUMENT) from None
    if lens and lens != state.lens.name:  # The path says it, whatever the view has saved.
        state = replace(state, lens=Lens(lens))
    opened = Opened(view.id, view.name, saved_query(record_type, view)) if view else None
    usual = default_sort(record_type, by)
    return replace(state, opened=opened, has_default=default is not None, usual=usual)


def read_origin(record_type: RecordType, query: str | None, by: Actor) -> ListState | None:
    """The list that a reader came from, as its query in the record's address says."""
    if not query or len(query) > LONGEST_ORIGIN:
        return None
    try:
        return read_list(record_type, read_query(query), by)
    except (Missing, Refused):
        return None  # The view is gone, or somebody made it up; the page stands without it.


def list_to_keep(record_type: RecordType, arguments: Mapping[str, str], by: Actor) -> ListState:
    """The list that a view is made of; Refused where it asks for what its reader may not see."""
    state = read_state(record_type, arguments)
    conditions(record_type, state.asked, by)
    if state.asked.sort:
        sort_key(record_type, state.asked.sort, by)
    return replace(state, asked=replace(state.asked, cursor=""), first=1)


def can_show(record_type: RecordType, view: ViewFacts, by: Actor) -> bool:
    """False where a view filters, sorts or groups by what its reader may not see."""
    try:
        state = list_to_keep(record_type, saved_arguments(view), by)
        if state.look.group:
            read_grouping(record_type, state.look.group, by)
    except Refused:
        return False
    return True


def saved_arguments(view: ViewFacts) -> dict[str, str]:
    """What a view saves, as the arguments of its list's address."""
    return read_query(view.query)


def saved_query(record_type: RecordType, view: ViewFacts) -> str:
    """What a view saves, as the list would write it today."""
    return read_state(record_type, saved_arguments(view)).query()
