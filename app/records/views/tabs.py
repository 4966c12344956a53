"""The views over a list: those that come with it, the saved ones, and what can be done with one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import readable_keys
from app.records.lenses.lens import read_lens
from app.records.pages.state import MINE, ListState, is_same, read_query
from app.records.views.operations import may_change
from app.records.views.shelf import ViewFacts, shelf

SHOWN = 6  # Saved views that stand as tabs; the others are in a menu.


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list as a link.

    `count` is None where it was not counted; that of a saved view (`view`) is counted later.
    """

    label: Text | str
    url: str
    is_current: bool
    count: str | None = None
    view: ViewFacts | None = None


@dataclass(frozen=True, slots=True)
class ViewMenu:
    """What the reader may do with the saved view that is open."""

    view: ViewFacts
    url: str  # Below it lie the addresses of what is done.
    is_pinned: bool
    is_default: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class Views:
    """The tabs of a list, those that did not fit, and the menu of the one that is open."""

    tabs: tuple[Tab, ...]
    more: tuple[Tab, ...]
    menu: ViewMenu | None
    has_saved: bool
    may_save: bool


def views_over(state: ListState, all_count: str, mine_count: str | None, by: Actor) -> Views:
    """The views over a list, with the numbers of all records and of the reader's own."""
    record_type, path, here = state.record_type, state.path, state.shown_at
    is_plain = state.opened is None
    everything = f"{here}?view=all" if state.has_default else here
    tabs = [Tab(_("All"), everything, is_plain and is_same(state, ()), all_count)]
    if mine_count is not None:
        url = f"{here}?{urlencode(MINE)}"
        tabs.append(Tab(_("Mine"), url, is_plain and is_same(state, MINE), mine_count))
    tabs += [
        Tab(view.label, f"{here}?{view.query}", is_plain and is_same(state, view.arguments))
        for view in record_type.views
        if by.may(record_type.key, view.needs) and view.keys <= readable_keys(record_type, by)
    ]
    mine = shelf(by)
    saved = [_tab(state, view) for view in mine.of(record_type.key)]
    shown, more = saved[:SHOWN], saved[SHOWN:]
    current = next((tab for tab in more if tab.is_current), None)
    if current is not None:  # The view that is open is always a tab.
        shown, more = [*shown, current], [tab for tab in more if tab is not current]
    opened = mine.find(record_type.key, state.opened.id) if state.opened else None
    menu = None
    if opened is not None:
        menu = ViewMenu(
            opened,
            view_url(path, opened.id),
            opened.id in mine.pinned,
            mine.own_defaults.get(record_type.key) == opened.id,
            may_change(by, opened),
        )
    may_save = by.user_id is not None and not by.tenant.is_read_only
    return Views((*tabs, *shown), tuple(more), menu, bool(saved), may_save)


def opened_at(path: str, view: ViewFacts) -> str:
    """The address that opens a view, at the board or the calendar where it was saved of one."""
    lens = read_lens(read_query(view.query)).name if "lens=" in view.query else ""
    return f"{path}/{lens}?view={view.id}" if lens else f"{path}?view={view.id}"


def view_url(path: str, view_id: UUID) -> str:
    """The address below which lie those of what is done with a view."""
    return f"{path}/views/{view_id}"


def _tab(state: ListState, view: ViewFacts) -> Tab:
    is_current = state.opened is not None and state.opened.id == view.id
    return Tab(view.name, opened_at(state.path, view), is_current, view=view)
