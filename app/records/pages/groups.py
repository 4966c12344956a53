"""The groups of a list: each with its name, how many records it has, and its columns' sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.kernel.actor import Actor
from app.kernel.language import Text, gettext, ngettext
from app.records.fields import Field, Option
from app.records.pages.columns import Layout
from app.records.pages.shown import shown_text
from app.records.pages.state import ListState
from app.records.query import Group, Grouping, Groups, condition_of, groups, read_grouping
from app.records.query.amounts import SUMMED
from app.web.formats import Formats, formats


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a row of the list; `url` opens or closes it, and is empty where it can't be.

    `cells` are what stands in the columns behind the title: a sum, or nothing.
    """

    label: str
    count: str
    cells: tuple[str, ...]
    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A list by groups. `total` is the row of all; `folded` tells of groups that are not shown.

    `inside` is the list of the records of the group that is open, None where none is.
    """

    label: Text
    rows: tuple[GroupRow, ...]
    total: GroupRow
    folded: str
    count: int
    inside: ListState | None
    none_url: str


def group_table(
    state: ListState, shape: Layout, picklists: Mapping[str, tuple[Option, ...]], by: Actor
) -> GroupTable:
    """The groups of the list that `state` asks for; Refused where it can't be grouped so."""
    record_type = state.record_type
    grouping = read_grouping(record_type, state.look.group, by)
    summed = [one.field for one in shape.columns if one.field.kind in SUMMED]
    downwards = state.sort == f"-{grouping.field.key}"
    found = groups(record_type, state.asked, by, grouping, summed, downwards=downwards)
    write, options = formats(by), picklists.get(grouping.field.key, ())

    def row(group: Group) -> GroupRow:
        is_open = not group.is_hidden and group.text == state.group
        url = "" if group.is_hidden else state.opening(None if is_open else group.text)
        label = group_label(grouping, group, by, options)
        cells = _cells(shape, summed, group.sums, by)
        return GroupRow(label, write.number(group.count), cells, url, is_open)

    rows = tuple(row(group) for group in found.shown)
    everything = _cells(shape, summed, found.sums, by)
    total = GroupRow(gettext("All"), write.number(found.count), everything, "", is_open=False)
    is_open = any(one.is_open for one in rows)
    return GroupTable(
        grouping.field.label,
        rows,
        total,
        _folded(found, write),
        found.count,
        _inside(state, grouping, by) if is_open else None,
        state.grouped_by(""),
    )


def group_label(grouping: Grouping, group: Group, by: Actor, options: Sequence[Option] = ()) -> str:
    """What a group is called in the reader's language."""
    if group.is_hidden:
        return gettext("What you may not open")
    if group.value is None:
        return gettext("Empty")
    if grouping.field.to:
        return group.title or gettext("Without a name")
    if grouping.unit:
        return _period(group.value, grouping.unit, by)
    return shown_text(grouping.field, group.value, by, options)


def _period(first: date, unit: str, by: Actor) -> str:
    """22 November 2026, the week of 16 November 2026, November 2026, Q4 2026, 2026."""
    write = formats(by)
    if unit == "day":
        return write.day(first, by.today())
    if unit == "week":
        return gettext("Week of %(day)s", day=write.day(first, by.today()))
    if unit == "month":
        return write.month(first)
    if unit == "quarter":
        quarter = (first.month + 2) // 3
        return gettext("Quarter %(quarter)s of %(year)s", quarter=quarter, year=first.year)
    return gettext("Year %(year)s", year=first.year)


def _cells(
    shape: Layout, summed: Sequence[Field], sums: Sequence[Decimal | None], by: Actor
) -> tuple[str, ...]:
    told = {
        field.key: shown_text(field, total, by)
        for field, total in zip(summed, sums, strict=True)
        if total is not None
    }
    return tuple(told.get(column.key, "") for column in shape.columns)


def _folded(found: Groups, write: Formats) -> str:
    """A sentence about the groups beyond the cap."""
    rest = found.number - len(found.shown)
    if not rest:
        return ""
    records = found.count - sum(group.count for group in found.shown)
    return ngettext(
        "%(n)s more group with %(records)s records is not shown. Filter the list to see it.",
        "%(n)s more groups with %(records)s records are not shown. Filter the list to see them.",
        rest,
        n=write.number(rest),
        records=write.number(records),
    )


def _inside(state: ListState, grouping: Grouping, by: Actor) -> ListState:
    """The list of the open group's records alone, by a filter of its own."""
    only = condition_of(grouping, state.group or "", by)
    asked = replace(state.asked, filters=(*state.asked.filters, only))
    return replace(state, asked=asked, look=replace(state.look, group=""), group=None)
