"""The switch between a list's rows, its board and its calendar; filters and view stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.fields import Field
from app.records.lenses.choose import column_fields, date_fields
from app.records.lenses.lens import BOARD, CALENDAR, ROWS, Lens
from app.records.pages.state import ListState
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class LensLink:
    """One way to look at the list."""

    label: Text
    icon: str
    url: str
    is_current: bool


LOOKS: Mapping[str, tuple[Text, str]] = {
    ROWS: (_("List"), "list"),
    BOARD: (_("Board"), "layout-kanban"),
    CALENDAR: (_("Calendar"), "calendar"),
}
FIELDS: Mapping[str, Callable[[RecordType, Actor], tuple[Field, ...]]] = {
    BOARD: column_fields,
    CALENDAR: date_fields,
}


def lens_links(state: ListState, by: Actor) -> tuple[LensLink, ...]:
    """What a list can be looked at through; nothing where there are its rows alone."""
    names = [name for name, fields in FIELDS.items() if fields(state.record_type, by)]
    if not names:
        return ()
    here = state.url()
    # Without a view and a lens with details, all addresses differ by their path alone.
    query = None if state.opened or state.lens.details() else here.partition("?")[2]
    return tuple(_link(state, name, here, query) for name in (ROWS, *names))


def _link(state: ListState, name: str, here: str, query: str | None) -> LensLink:
    label, icon = LOOKS[name]
    if name == state.lens.name:
        return LensLink(label, icon, here, is_current=True)
    if query is None:
        return LensLink(label, icon, state.through(Lens(name)), is_current=False)
    path = f"{state.path}/{name}" if name else state.path
    return LensLink(label, icon, f"{path}?{query}" if query else path, is_current=False)


@dataclass(frozen=True, slots=True)
class FieldLink:
    """A field by which a board or a calendar can be, as a link."""

    label: Text
    url: str
    is_current: bool


def field_links(state: ListState, fields: tuple[Field, ...], used: Field) -> tuple[FieldLink, ...]:
    """The fields to choose from, where there are several; the usual one is not named."""
    if len(fields) < 2:
        return ()
    lens = state.lens
    return tuple(
        FieldLink(
            one.label,
            state.through(Lens(lens.name, "" if one is fields[0] else one.key, lens.span)),
            one is used,
        )
        for one in fields
    )
