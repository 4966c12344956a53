"""A record's page: who or what it is, its details, what can be done with it, its panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.kernel.phones import dial_phone
from app.records import gate
from app.records.access import may_do, readable_fields, sees
from app.records.fields import Option
from app.records.model import Record
from app.records.pages.beside import panels_of
from app.records.pages.choices import choices_of
from app.records.pages.details import Detail, details, may_edit, value_html
from app.records.pages.favourites import Star, may_star, star
from app.records.pages.files import FilesPanel, files_panel
from app.records.pages.looks import Face, face
from app.records.pages.neighbours import neighbours
from app.records.pages.notes import Note, notes_on
from app.records.pages.state import ListState
from app.records.pages.timeline import Asked, Timeline, timeline
from app.records.pool.reading import is_read_in_pool
from app.records.references import titles
from app.records.sharing.followers import follows
from app.records.types import Action, Panel, RecordType
from app.web.formats import formats

MADE = ("created_by_id", "updated_by_id")
MAIL = ("message", "send")


@dataclass(frozen=True, slots=True)
class Trace:
    """Who made a record or changed it last, and when."""

    who: str
    when: str
    exact: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The way to what an action made of a record: what it is called, and where that stands."""

    label: Text | str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """All that `records/record.html` shows, its panels apart."""

    record_type: RecordType
    record: Record
    url: str
    list_url: str
    origin: str
    previous_url: str | None
    next_url: str | None
    face: Face
    title: str
    pills: list[Markup]
    facts: list[Markup]
    phone: str  # As `tel:` dials it.
    email: str | None
    mail_url: str  # Where a mail to it is written; empty for who may not send any.
    actions: list[Action]
    openings: list[Opening]
    star: Star | None
    follows: bool | None  # None for who can't change whether they follow it.
    may_edit: bool
    may_delete: bool
    shown: list[Detail]
    folded: list[Detail]
    created: Trace
    updated: Trace
    timeline: Timeline
    files: FilesPanel | None  # None where the record is read by the pool alone.
    panels: list[tuple[Panel, dict[str, Any]]]
    notes: list[Note]  # What modules say of it first.
    waiting: Sequence[Any]  # What waits for approval, each with `text` and `url`.


def record_page(
    record_type: RecordType, record: Record, by: Actor, came_from: ListState | None, asked: Asked
) -> RecordPage:
    """The page of a record that `by` may read."""
    picklists = choices_of(record_type, by)
    names = names_of(record_type, record, by)
    url = f"/{record_type.collection}/{record.id}"
    origin = came_from.origin() if came_from else ""
    before, after = neighbours(came_from, record.id, by) if came_from else (None, None)
    title = record_type.title_of(record)
    shown, folded = details(record_type, record, by, picklists, names)
    values = {one.key: one.html for one in (*shown, *folded)}
    return RecordPage(
        record_type=record_type,
        record=record,
        url=url,
        list_url=came_from.url() if came_from else f"/{record_type.collection}",
        origin=origin,
        previous_url=_beside(record_type, before, origin),
        next_url=_beside(record_type, after, origin),
        face=face(record_type, record.id, title),
        title=title,
        pills=line(record_type, record, record_type.highlights, values, picklists, names, by),
        facts=line(record_type, record, record_type.subtitle, values, picklists, names, by),
        phone=dial_phone(getattr(record, "phone", None) or "") if "phone" in values else "",
        email=getattr(record, "email", None) if "email" in values else None,
        mail_url=mail_url(record_type, record, by),
        actions=possible(record_type, record, by),
        openings=made_before(record_type, record, by),
        star=None if is_read_in_pool(record_type, by) else star(record_type, record.id, by, "page"),
        follows=follows(by, record_type.key, record.id) if may_star(by) else None,
        may_edit=may_edit(record_type, record, by),
        may_delete=not by.tenant.is_read_only and may_do(record_type, record, "delete", by),
        shown=shown,
        folded=folded,
        created=_trace(record.created_by_id, record.created_at, names, by),
        updated=_trace(record.updated_by_id, record.updated_at, names, by),
        timeline=timeline(record_type, record, by, asked, origin),
        files=None if is_read_in_pool(record_type, by) else files_panel(record_type, record, by),
        panels=[*loaded(record_type, record, by, "middle"), *loaded(record_type, record, by)],
        notes=[] if is_read_in_pool(record_type, by) else notes_on(record_type, record, by),
        waiting=gate.standing(record_type, record.id, by),
    )


def mail_url(record_type: RecordType, record: Record, by: Actor) -> str:
    """Where `by` writes a mail to a record or to its people; empty where there is nobody to write.

    A person is written to at an address of their own; a firm and what is agreed with it name others
    who have one.
    """
    if not may_mail(by) or is_read_in_pool(record_type, by):
        return ""
    has_own = "email" in record_type.by_key and sees(record_type, "email", by)
    reached = has_own and bool(getattr(record, "email", None) or not record_type.is_person)
    if not reached and not record_type.mailed_to:
        return ""
    return f"/{record_type.collection}/{record.id}/mail"


def may_mail(by: Actor) -> bool:
    """True for who may send mails to customers from here."""
    return by.may(*MAIL) and not by.tenant.is_read_only


def loaded(
    record_type: RecordType, record: Record, by: Actor, side: str = "right"
) -> list[tuple[Panel, dict[str, Any]]]:
    """The panels of one side with what they show; none of a record read by the pool alone."""
    if is_read_in_pool(record_type, by):
        return []
    return [(one, one.load(record, by)) for one in panels_of(record_type, by) if one.side == side]


def names_of(record_type: RecordType, record: Record, by: Actor) -> dict[UUID, str]:
    """The titles of all that a record refers to, a statement for each type."""
    wanted: dict[str, set[UUID]] = {"user": {getattr(record, key) for key in MADE}}
    for field in readable_fields(record_type, by):
        if field.to:
            wanted.setdefault(field.to, set()).add(field.value(record))
    found: dict[UUID, str] = {}
    for to, ids in wanted.items():
        found |= titles(to, ids - {None}, by)
    return found


def line(
    record_type: RecordType,
    record: Record,
    attributes: tuple[Any, ...],
    values: dict[str, Markup],
    picklists: dict[str, tuple[Option, ...]],
    names: dict[UUID, str],
    by: Actor,
) -> list[Markup]:
    """The values of some fields that the reader may see, without the empty ones."""
    found = []
    for attribute in attributes:
        if attribute.key in values:
            found.append(values[attribute.key])
        elif attribute.key in record_type.by_key:
            field = record_type.by_key[attribute.key]
            value = field.value(record)
            if sees(record_type, field.key, by):
                found.append(value_html(record_type, field, value, by, picklists, names))
    return [one for one in found if one]


def possible(record_type: RecordType, record: Record, by: Actor) -> list[Action]:
    """The declared actions that `by` can do with a record now, at the press of a button."""
    if by.tenant.is_read_only:
        return []
    return [
        action
        for action in record_type.actions
        if (action.ask or not action.inputs)
        and action.is_offered(by)
        and action.when(record)
        and may_do(record_type, record, action.name, by)
        and not action.is_done(record, by)
    ]


def made_before(record_type: RecordType, record: Record, by: Actor) -> list[Opening]:
    """The ways to what actions that are done but once made of a record, as far as `by` reads it."""
    done = (one for one in record_type.actions if one.opens and one.when(record))
    found = ((one, one.leads_to(record, by)) for one in done)
    return [Opening(one.opens or "", one.icon, url) for one, url in found if url]


def _beside(record_type: RecordType, record_id: UUID | None, origin: str) -> str | None:
    return f"/{record_type.collection}/{record_id}?{origin}" if record_id else None


def _trace(who: UUID | None, at: Any, names: dict[UUID, str], by: Actor) -> Trace:
    write = formats(by)
    name = names.get(who, "") if who else ""
    return Trace(name, write.relative(at, by.now), write.exact(at))
