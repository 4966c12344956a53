"""What stands in a person's calendar: their own records with a date, as iCalendar (RFC 5545).

Which types have a place in it is declared (`calendar.in_rail`), as for the product's own calendar.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import Select, or_

from app.kernel.actor import Actor
from app.kernel.days import on_clock
from app.kernel.language import gettext
from app.records.access import permitted, readable_keys
from app.records.lenses.length import is_midnight, length_field, stands
from app.records.query.columns import columns
from app.records.query.days import goes_beyond
from app.records.tailored import switched_on
from app.records.types import RecordType

SINCE = timedelta(days=30)  # How far back it tells.
MOST = 2_000  # Entries of one type.
DONE = "✓ "  # What is over begins with it.


def calendar_of(by: Actor, base: str) -> bytes:
    """The calendar of `by`; entries lead to their records below the address `base`.

    One statement for each type; the same entries are the same bytes.
    """
    made = Calendar()
    made.add("prodid", "-//Zuke//Calendar//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", " · ".join((by.tenant.name, gettext("Calendar"))))
    for record_type in switched_on(by):
        statement = _statement(record_type, by)
        if statement is None:
            continue
        for row in by.session.execute(statement):
            made.add_component(_entry(record_type, row, base, by))
    found: bytes = made.to_ical()
    return found


def _statement(record_type: RecordType, by: Actor) -> Select[Any] | None:
    """The rows of a type that have a place in the calendar of `by`, or None where it has none."""
    facts = record_type.calendar
    if not facts.in_rail or not by.may(record_type.key, "read"):
        return None
    readable = readable_keys(record_type, by)
    at = facts.dates[0]
    if at.key not in readable:
        return None
    keys = [record_type.title.key, at.key]
    if facts.done is not None and facts.done.key in readable:
        keys.append(facts.done.key)
    field = record_type.by_key[at.key]
    length = length_field(record_type, field, by)
    if length is not None:
        keys.append(length.key)
    model, since = record_type.model, by.now - SINCE
    bound = since if field.kind == "moment" else since.date()
    recent = at >= bound
    if length is not None:  # What went on for days may have begun long before.
        recent = or_(recent, goes_beyond(field, length, bound))
    return (
        columns(record_type, tuple(keys), None)
        .add_columns(model.updated_at.label("stamp"))
        .where(permitted(record_type, by), model.owner_id == by.user_id, recent)
        .order_by(at, model.id)
        .limit(MOST)
    )


def _entry(record_type: RecordType, row: Any, base: str, by: Actor) -> Event:
    facts = record_type.calendar
    done = getattr(row, facts.done.key, None) if facts.done is not None else None
    at: date | datetime = getattr(row, facts.dates[0].key)
    title = str(getattr(row, record_type.title.key) or record_type.words.one)
    url = f"{base}/{record_type.collection}/{row.id}"
    made = Event()
    made.add("uid", f"{row.id}@{base.partition('://')[2]}")
    made.add("dtstamp", row.stamp)
    minutes = getattr(row, facts.length.key, None) if facts.length is not None else None
    for name, value in _when(at, minutes, by).items():
        made.add(name, value)
    made.add("summary", f"{DONE}{title}" if done is not None else title)
    made.add("url", url)
    made.add("description", url)
    return made


def _when(at: date | datetime, minutes: int | None, by: Actor) -> dict[str, Any]:
    """The times of an entry as the page has them: whole days as days, all else as moments."""
    if not isinstance(at, datetime):
        return {"dtstart": at}
    start, end = stands(on_clock(at, ZoneInfo(by.tenant.zone), by.zone), minutes, by.zone)
    if start.date() < end.date() and is_midnight(start) and is_midnight(end):
        return {"dtstart": start.date(), "dtend": end.date()}
    return {"dtstart": at, "duration": end.astimezone(UTC) - at}
