"""What a list can be grouped by, as links: fields, and of dates by day, week, month ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.pages.state import ListState
from app.records.query import groupable
from app.records.query.grouping import DATES, USUAL_UNIT

UNITS: Mapping[str, Text] = {
    "day": _("Day"),
    "week": _("Week"),
    "month": _("Month"),
    "quarter": _("Quarter"),
    "year": _("Year"),
}


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """One field or one unit of a date as a link; a date has its `units` instead of a `url`."""

    label: Text
    url: str
    is_current: bool
    units: tuple[GroupChoice, ...] = ()


def group_choices(state: ListState, by: Actor) -> list[GroupChoice]:
    """What the list of `state` can be grouped by for `by`."""
    used, _colon, unit = state.look.group.partition(":")
    found = []
    for field in groupable(state.record_type, by):
        units = tuple(
            GroupChoice(
                label,
                state.grouped_by(f"{field.key}:{one}"),
                used == field.key and (unit or USUAL_UNIT) == one,
            )
            for one, label in UNITS.items()
            if field.kind in DATES
        )
        url = "" if units else state.grouped_by(field.key)
        found.append(GroupChoice(field.label, url, used == field.key, units))
    return found
