"""What a day of a calendar shows first where it has room for few, and planning something on it."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.fields import Field
from app.records.lenses.length import length_field
from app.records.lenses.lens import DATE
from app.records.pages.state import ListState
from app.records.query.days import Foremost
from app.records.types import RecordType

EARLY = "T09:00"  # When something planned by a press on a day begins, unless it is typed.


def planning_url(
    state: ListState, field: Field, day: date, on: date, *, is_whole: bool = False
) -> str:
    """The form of something that is planned on a day: of moments in its morning or of no hour."""
    early = EARLY if field.kind == "moment" and not is_whole else ""
    made = dict(state.record_type.calendar.given) | {
        field.key: day.isoformat() + early,
        "next": state.url((DATE, on.isoformat())),
    }
    return f"{state.path}/new?{urlencode(made)}"


def foremost_of(record_type: RecordType, field: Field, by: Actor) -> Foremost:
    """What is shown of a day that has room for few."""
    done = record_type.calendar.done
    is_told = done is not None and sees(record_type, done.key, by)
    of_done = record_type.by_key.get(done.key) if done is not None and is_told else None
    return Foremost(of_done, length_field(record_type, field, by))
