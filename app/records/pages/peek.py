"""A record beside its list: what there is to know at a glance, without leaving the list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.phones import dial_phone
from app.records.access import sees
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.columns import look_of
from app.records.pages.details import Detail, details, may_edit
from app.records.pages.favourites import Star, star
from app.records.pages.looks import Face, face
from app.records.pages.record import line, loaded, names_of, possible
from app.records.pages.state import ListState
from app.records.pages.timeline import Asked, Timeline, timeline
from app.records.pool.reading import is_read_in_pool
from app.records.types import Action, Panel, RecordType
from app.web.formats import formats

SIDE = "peek"  # Of a panel that stands here instead of on the record's page.
ENTRIES = 5  # Of the timeline, beside as many that are planned.


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of a record; `tone` is late, today or nothing, and no words mean none."""

    words: str
    when: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Peek:
    """All that `records/peek.html` shows."""

    record_type: RecordType
    record: Record
    url: str
    open_url: str
    list_url: str
    face: Face
    title: str
    pills: list[Markup]
    facts: list[Markup]
    phone: str  # As `tel:` dials it.
    email: str | None
    actions: list[Action]
    star: Star | None
    may_edit: bool
    step: Step | None  # None for a type without next steps, or where the reader sees none.
    details: list[Detail]
    more: list[Detail]  # What the layout puts behind "more".
    timeline: Timeline
    panels: list[tuple[Panel, dict[str, Any]]]


def peek(record_type: RecordType, record: Record, by: Actor, came_from: ListState | None) -> Peek:
    """A record that `by` may read, as it stands beside the list that they came from."""
    picklists = choices_of(record_type, by)
    names = names_of(record_type, record, by)
    url = f"/{record_type.collection}/{record.id}"
    origin = came_from.origin() if came_from else ""
    title = record_type.title_of(record)
    shown, folded = details(record_type, record, by, picklists, names)
    values = {one.key: one.html for one in (*shown, *folded)}
    behind = {attribute.key for attribute in record_type.more}
    told_fields = [one for one in shown if one.html and _adds(record_type, one)]
    told = timeline(record_type, record, by, Asked(limit=ENTRIES), origin)
    return Peek(
        record_type=record_type,
        record=record,
        url=url,
        open_url=f"{url}?{origin}" if origin else url,
        list_url=came_from.url() if came_from else f"/{record_type.collection}",
        face=face(record_type, record.id, title),
        title=title,
        pills=line(record_type, record, record_type.highlights, values, picklists, names, by),
        facts=line(record_type, record, record_type.subtitle, values, picklists, names, by),
        phone=dial_phone(getattr(record, "phone", None) or "") if "phone" in values else "",
        email=getattr(record, "email", None) if "email" in values else None,
        actions=possible(record_type, record, by),
        star=None if is_read_in_pool(record_type, by) else star(record_type, record.id, by, "peek"),
        may_edit=may_edit(record_type, record, by),
        step=_step(record_type, record, by),
        details=[one for one in told_fields if one.key not in behind],
        more=[one for one in told_fields if one.key in behind],
        timeline=replace(told, shows=[], upcoming=told.upcoming[:ENTRIES]),
        panels=loaded(record_type, record, by, SIDE),
    )


def _adds(record_type: RecordType, one: Detail) -> bool:
    """False for the title, which stands above, unless it has other languages to tell."""
    return one.key != record_type.title.key or one.field.kind == "localized"


def _step(record_type: RecordType, record: Record, by: Actor) -> Step | None:
    """The first field that is a step and its moment, as far as `by` may see them."""
    for field in record_type.fields:
        if look_of(record_type, field) == "step" and sees(record_type, field.key, by):
            words = field.value(record)
            if not words:
                return Step("")
            at = getattr(record, f"{field.key}_at")
            if at is None or not sees(record_type, f"{field.key}_at", by):
                return Step(words)
            tonight = datetime.combine(by.today(), time.max, by.zone)
            tone = "late" if at < by.now else "today" if at < tonight else ""
            return Step(words, formats(by).moment(at, by.today()), tone)
    return None
