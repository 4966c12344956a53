"""The groups of a list: each with its name, how many records it has, and its columns' sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import Text, gettext, ngettext
from app.records.fields import Field, Option
from app.records.pages.columns import Layout
from app.records.pages.rows import render_rows
from app.records.pages.shown import shown_text
from app.records.pages.state import PAGE_SIZE, ListState
from app.records.query import (
    Group,
    Grouping,
    Groups,
    condition_of,
    first_rows,
    groups,
    read_grouping,
)
from app.records.query.amounts import adds_up
from app.web.formats import Formats, formats

NOTHING = Markup()
# Where the address says nothing, so few groups, or groups of so few rows in all, start open.
FEW_GROUPS, FEW_ROWS = 8, 40
MOST_OPEN = 20
LEAST_ROWS = 5  # Of each group, where several are open and share a page's rows.


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a row of the list; `url` opens or closes it, and is empty where it can't be.

    `cells` are what stands in the columns behind the title: a sum, or nothing. Where several
    groups are open, `rows` are the first of each, and `all_url` opens it alone, where it has more.
    """

    label: str
    count: str
    cells: tuple[str, ...]
    url: str
    is_open: bool
    rows: Markup = NOTHING
    all_url: str = ""


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A list by groups. `total` is the row of all; `folded` tells of groups that are not shown.

    `inside` is the list of the records of the group that alone is open, else None.
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
    summed = [one.field for one in shape.columns if adds_up(one.field)]
    downwards = state.sort == f"-{grouping.field.key}"
    found = groups(record_type, state.asked, by, grouping, summed, downwards=downwards)
    write, options = formats(by), picklists.get(grouping.field.key, ())

    opened = _opened(state, found)
    insides = {one.text: _inside(state, grouping, one.text, by) for one in opened}
    first = _first_rows(insides, shape, picklists, by) if len(opened) > 1 else {}

    def row(group: Group) -> GroupRow:
        cells = _cells(shape, summed, group.sums, by)
        label, count = group_label(grouping, group, by, options), write.number(group.count)
        if group.is_hidden:
            return GroupRow(label, count, cells, "", is_open=False)
        others = [one.text for one in opened if one is not group]
        if group not in opened:
            order = [one.text for one in found.shown if one in opened or one is group]
            url = state.opening(order if _may_open_several(state) else (group.text,))
            return GroupRow(label, count, cells, url, is_open=False)
        rows, shown = first.get(group.text, (NOTHING, group.count))
        all_url = state.opening((group.text,)) if shown < group.count else ""
        return GroupRow(label, count, cells, state.opening(others), True, rows, all_url)

    rows = tuple(row(group) for group in found.shown)
    everything = _cells(shape, summed, found.sums, by)
    total = GroupRow(gettext("All"), write.number(found.count), everything, "", is_open=False)
    return GroupTable(
        grouping.field.label,
        rows,
        total,
        _folded(found, write),
        found.count,
        insides[opened[0].text] if len(opened) == 1 else None,
        state.grouped_by(""),
    )


def _may_open_several(state: ListState) -> bool:
    """True where the order is one of a key, by which several groups' rows come at once."""
    field = state.record_type.by_key.get(state.sort.removeprefix("-"))
    return field is not None and not field.is_walked


def _opened(state: ListState, found: Groups) -> list[Group]:
    """The groups that are open: those of the address, else a few, else the first one."""
    known = [one for one in found.shown if not one.is_hidden]
    asked = state.opened_groups
    most = MOST_OPEN
    if asked is not None:
        known = [one for one in known if one.text in asked]
    elif len(found.shown) > FEW_GROUPS and found.count > FEW_ROWS:
        most = 1
    return known[: most if len(known) < 2 or _may_open_several(state) else 1]


def _first_rows(
    insides: Mapping[str, ListState],
    shape: Layout,
    picklists: Mapping[str, tuple[Option, ...]],
    by: Actor,
) -> dict[str, tuple[Markup, int]]:
    """The first rows of each group that is open, and how many they are."""
    states = list(insides.values())
    record_type, limit = states[0].record_type, max(PAGE_SIZE // len(states), LEAST_ROWS)
    found = first_rows(record_type, [one.asked for one in states], by, shape.keys, limit)
    return {
        text: (render_rows(record_type, shape, rows, picklists, inside.origin(), by), len(rows))
        for (text, inside), rows in zip(insides.items(), found, strict=True)
    }


def group_label(grouping: Grouping, group: Group, by: Actor, options: Sequence[Option] = ()) -> str:
    """What a group is called in the reader's language."""
    if group.is_hidden:
        return gettext("What you may not open")
    if group.value is None:
        return gettext("Empty")
    if grouping.field.to:
        return group.title or gettext("Without a name")
    if grouping.unit:
        return period_label(group.value, grouping.unit, by)
    return shown_text(grouping.field, group.value, by, options)


def period_label(first: date, unit: str, by: Actor) -> str:
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


def _inside(state: ListState, grouping: Grouping, text: str, by: Actor) -> ListState:
    """The list of a group's records alone, by a filter of its own."""
    only = condition_of(grouping, text, by)
    asked = replace(state.asked, filters=(*state.asked.filters, only))
    return replace(state, asked=asked, look=replace(state.look, group=""), group=None)
