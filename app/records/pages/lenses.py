"""The switch between a list's rows, its board and its calendar; filters and view stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.fields import Field
from app.records.lenses.choose import column_fields, date_fields
from app.records.lenses.lens import AS_ROWS, BOARD, CALENDAR, ROWS, Lens
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
    return tuple(_link(state, name) for name in (ROWS, *names)) if names else ()


def _link(state: ListState, name: str) -> LensLink:
    label, icon = LOOKS[name]
    if name == state.lens.name:
        return LensLink(label, icon, state.url(), is_current=True)
    return LensLink(label, icon, state.through(Lens(name) if name else AS_ROWS), is_current=False)


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
