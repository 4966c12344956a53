"""Boards that show one group of their columns at a time, and only what is worth showing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.fields import Field, Option
from app.records.filters import Filter, Node
from app.records.pages.choices import choices_of
from app.records.pages.state import ListState
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A group of columns that the board can show, as a link."""

    label: str
    url: str
    is_current: bool


def options_of(record_type: RecordType, field: Field, by: Actor) -> tuple[Option, ...]:
    """The options of a choice, the retired ones too, in their order."""
    return choices_of(record_type, by).get(field.key) or field.options


def narrowed(state: ListState, by: Actor) -> ListState:
    """The state with what its board shows only, where the address says nothing of that field."""
    asked = {key for key, _text in state.rows_asked()} | _keys(state.asked.filters)
    more = tuple(
        Filter(key, "eq", text)
        for key, text in state.record_type.board.only
        if key not in asked and sees(state.record_type, key, by)
    )
    if not more:
        return state
    return replace(state, asked=replace(state.asked, filters=(*state.asked.filters, *more)))


def _keys(filters: Sequence[Node]) -> set[str]:
    found: set[str] = set()
    for one in filters:
        found |= {one.key} if isinstance(one, Filter) else _keys(one.parts)
    return found


def group_of(state: ListState, field: Field, by: Actor) -> str:
    """The group whose columns are shown; empty where the board's columns are in no groups."""
    groups = _groups(state.record_type, field, by)
    asked = _asked_group(state)
    if asked and any(one.value == asked for one in groups):
        return asked
    offered = next((one for one in groups if one.is_offered), None)
    return offered.value if offered is not None else ""


def group_links(state: ListState, field: Field, by: Actor) -> tuple[GroupLink, ...]:
    """The groups to choose from, where there are several; the usual one is not named."""
    groups = [one for one in _groups(state.record_type, field, by) if one.is_offered]
    if len(groups) < 2:
        return ()
    shown = group_of(state, field, by)
    return tuple(
        GroupLink(
            one.shown(),
            _through(state, "" if one is groups[0] else one.value).url(),
            one.value == shown,
        )
        for one in groups
    )


def in_group(options: Sequence[Option], group: str) -> tuple[Option, ...]:
    """The options that belong to a group; all of them where there is none."""
    return tuple(one for one in options if one.group == group) if group else tuple(options)


def _groups(record_type: RecordType, field: Field, by: Actor) -> tuple[Option, ...]:
    board = record_type.board
    if board.within is None or field.key != board.columns[0].key:
        return ()
    return options_of(record_type, record_type.by_key[board.within.key], by)


def _asked_group(state: ListState) -> str:
    within = state.record_type.board.within
    for one in state.asked.filters:
        if within is not None and isinstance(one, Filter) and one.key == within.key:
            return one.text if one.operator in ("eq", "in") else ""
    return ""


def _through(state: ListState, group: str) -> ListState:
    """The same board of another group."""
    within = state.record_type.board.within
    key = within.key if within is not None else ""
    left = tuple(
        one for one in state.asked.filters if not (isinstance(one, Filter) and one.key == key)
    )
    chosen = (Filter(key, "eq", group),) if group else ()
    return replace(state, asked=replace(state.asked, filters=(*left, *chosen), cursor=""))
