"""Deciding how records are numbered."""

from __future__ import annotations

from typing import Any

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.numbers.facts import OwnSeries, Resets, Series, other_series
from app.records.numbers.give import STAMP, Chosen, chosen
from app.records.numbers.models import NumberSequence
from app.records.numbers.pattern import read_pattern
from app.records.tailored import switched_on
from app.records.types import RecordType

MANAGE = ("numbering", "manage")


def numbered_types(by: Actor) -> list[RecordType]:
    """The types whose records can have numbers here."""
    return [one for one in switched_on(by) if one.numbered is not None]


def all_series(by: Actor) -> list[RecordType | OwnSeries]:
    """All that can have numbers here: these types, then what is no record."""
    return [*numbered_types(by), *other_series()]


def series_called(kind: str, by: Actor) -> RecordType | OwnSeries:
    """One of these by its key, or Missing."""
    found = next((one for one in all_series(by) if one.key == kind), None)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def numbered_type(kind: str, by: Actor) -> RecordType:
    """A type whose records can have numbers, by its key, or Missing."""
    found = series_called(kind, by)
    if isinstance(found, OwnSeries):
        raise Missing(_("There is no such page."))
    return found


def name_of(series: RecordType | OwnSeries) -> Text:
    """What is numbered, in the plural."""
    return series.label if isinstance(series, OwnSeries) else series.words.many


def read_chosen(pattern: str, resets: str, is_on: bool) -> Chosen:
    """What somebody wants of the numbers of a type; Refused with a message per field."""
    if resets not in set(Resets):
        raise Refused(_("This is not one of the values to choose from."), field="resets")
    how = Chosen(pattern.strip(), Resets(resets), is_on)
    read_pattern(how.pattern, how.resets)
    return how


def change_numbers(by: Actor, series: Series, how: Chosen) -> None:
    """Decide how something is numbered.

    No number is given twice by that, whatever the pattern was before.
    """
    require_manage(by)
    row = by.session.get(NumberSequence, series.key, with_for_update=True)
    before = chosen(series, by)
    if row is None:
        row = NumberSequence(record_type=series.key, last=0)
        by.session.add(row)
    row.pattern, row.resets, row.is_on = how.pattern, how.resets.value, how.is_on
    row.updated_at, row.updated_by_id = by.now, by.user_id
    by.session.flush()  # Who asks next reads it back.
    stamps.draw(by.session, STAMP)
    changes: dict[str, Any] = {"record_type": [None, series.key]}
    for key in ("pattern", "resets", "is_on"):
        old, new = getattr(before, key), getattr(how, key)
        if old != new:
            changes[key] = [old, new]
    if len(changes) > 1:
        write_event(by, "number_sequence", by.tenant.id, "updated", changes=changes)


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
