"""What the events of a record tell on its timeline: who changed which field from what to what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, current, gettext
from app.kernel.localized import pick
from app.records import gate
from app.records.access import readable_fields, sees
from app.records.fields import Option
from app.records.files.words import VERBS as OF_FILES
from app.records.files.words import tell_file
from app.records.merge.absorbed import with_absorbed
from app.records.merge.words import ABSORBED, ToldMerge, tell_merges
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.shown import shown_text
from app.records.pages.timeline import Asked, Entry, Source
from app.records.pool.reading import is_read_in_pool
from app.records.references import titles
from app.records.types import Action, RecordType
from app.web.formats import formats

VERBS: Mapping[str, Text] = {
    "created": _("added this"),
    "updated": _("changed this"),
    "deleted": _("deleted this"),
    "restored": _("brought this back"),
    "followed": _("added a follower"),
    "unfollowed": _("removed a follower"),
    ABSORBED: _("merged this into another record"),
    "told_apart": _("said that this is no duplicate"),
    "suspected_again": _("took back that this is no duplicate"),
    "approval_requested": _("asked for approval of a change"),
    "approval_approved": _("approved a change"),
    "approval_rejected": _("rejected a change"),
    "approval_recalled": _("took back what was to be approved"),
}
VIAS: Mapping[str, Text] = {
    "api": _("by API"),
    "import": _("by import"),
    "job": _("automatically"),
    "command": _("by command"),
    "samples": _("as sample data"),
}
LONGEST = 120  # Characters of a value that a line shows.


@dataclass(frozen=True, slots=True)
class Tells:
    """Events that a module writes for records of any type: their verbs, and how each is told.

    `tell(verb, changes)` answers with the words that follow a name, or None for another's event.
    They are told to nobody who reads a record by the pool alone.
    """

    verbs: tuple[str, ...]
    tell: Callable[[str, Mapping[str, Any]], Text | None]


FILES = Tells(OF_FILES, tell_file)
_tells: tuple[Tells, ...] = (FILES,)


def install(tells: Iterable[Tells]) -> None:
    """Fix what else is told; start-up calls it once per process."""
    global _tells  # noqa: PLW0603  Fixed from here on, as the registry is.
    _tells = (FILES, *tells)


def told_elsewhere(verb: str, changes: Mapping[str, Any]) -> Text | None:
    """The words of an event that a module writes; None for any other."""
    one = next((one for one in _tells if verb in one.verbs), None)
    return one.tell(verb, changes) if one is not None else None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an event, in words."""

    label: Text | str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event as its line shows it; `verb` is empty where the changes say it all.

    `undo_url` is posted to by who takes back what it tells. `leave` says who approved it, or by
    whose authority it was done.
    """

    who: str
    verb: Text | str | None
    changes: list[Change]
    via: Text | None
    time: str
    at: str
    undo_url: str = ""
    leave: str = ""


def changes_of(record_type: RecordType, record: Record, by: Actor, asked: Asked) -> list[Entry]:
    """The events of a record before a moment, newest first."""
    statement = (
        select(Event.id, Event.verb, Event.at, Event.via, Event.batch_id, Event.changes, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(*_of(record_type, record, by))
    )
    if asked.before is not None:
        statement = statement.where(tuple_(Event.at, Event.id) < asked.before)
    if is_read_in_pool(record_type, by):  # Before a claim no file is shown, nor its name.
        unseen = [verb for one in _tells for verb in one.verbs]
        statement = statement.where(Event.verb.not_in(unseen))
    statement = statement.order_by(Event.at.desc(), Event.id.desc()).limit(asked.limit + 1)
    rows = by.session.execute(statement).all()
    readable = {field.key for field in readable_fields(record_type, by)}
    shown = {row.id: _readable(row, readable) for row in rows}
    picklists = _picklists(record_type, shown, by)
    names = _names(record_type, shown, by) | _followers(rows, by)
    merges = tell_merges(record_type, rows, by)
    return [
        Entry(
            row.at,
            row.id,
            "records/_change.html",
            _told(record_type, row, shown[row.id], by, picklists, names, merges.get(row.id)),
        )
        for row in rows
    ]


def _of(record_type: RecordType, record: Record, by: Actor) -> tuple[ColumnElement[bool], ...]:
    """The events of a record and of all that was merged into it."""
    ids = with_absorbed(record_type, record.id, by)
    if len(ids) == 1:
        return (Event.record_type == record_type.key, Event.record_id == record.id)
    told_by_the_one = Event.verb != ABSORBED
    return (Event.record_type == record_type.key, Event.record_id.in_(ids), told_by_the_one)


def _readable(row: Any, readable: set[str]) -> dict[str, list[Any]]:
    """The changes of an event that its line shows: a new record's are the record itself."""
    if row.verb == "created":
        return {}
    return {key: pair for key, pair in row.changes.items() if key in readable}


def _picklists(
    record_type: RecordType, shown: Mapping[UUID, Mapping[str, Any]], by: Actor
) -> dict[str, tuple[Option, ...]]:
    keys = {key for changes in shown.values() for key in changes}
    if any(record_type.by_key[key].kind in ("choice", "tags") for key in keys):
        return choices_of(record_type, by)
    return {}


def _names(
    record_type: RecordType, shown: Mapping[UUID, Mapping[str, Any]], by: Actor
) -> dict[UUID, str]:
    """The titles of all records that the changes refer to, a statement for each type."""
    wanted: dict[str, set[UUID]] = {}
    for changes in shown.values():
        for key, pair in changes.items():
            to = record_type.by_key[key].to
            if to:
                ids = {found for value in pair if value and (found := parse_id(value))}
                wanted.setdefault(to, set()).update(ids)
    names: dict[UUID, str] = {}
    for to, ids in wanted.items():
        names |= titles(to, ids, by, with_deleted=True)
    return names


def _followers(rows: Iterable[Any], by: Actor) -> dict[UUID, str]:
    """The names of those who came to follow or ceased to; no statement where nobody did."""
    ids = {found for row in rows if (found := _follower(row))}
    return titles("user", ids, by)


def _follower(row: Any) -> UUID | None:
    """Whom an event tells to follow, or no longer; an older one may not say it."""
    if row.verb not in ("followed", "unfollowed"):
        return None
    return next((parse_id(one) for one in row.changes.get("follower", ()) if one), None)


def change_lines(
    record_type: RecordType,
    changes: Mapping[str, list[Any]],
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Mapping[UUID, str],
) -> list[Change]:
    """Fields of an event in words; `names` are the titles of what they refer to."""
    lines = []
    for key, pair in changes.items():
        field = record_type.by_key[key]
        before, after = (
            shown_text(field, value, by, picklists.get(key, ()), names)[:LONGEST] for value in pair
        )
        lines.append(Change(field.label, before, after))
    return lines


def _told(
    record_type: RecordType,
    row: Any,
    changes: Mapping[str, list[Any]],
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Mapping[UUID, str],
    merge: ToldMerge | None = None,
) -> Told:
    lines = change_lines(record_type, changes, by, picklists, names)
    action = next((one for one in record_type.actions if one.event == row.verb), None)
    verb: Text | str | None = None if lines else VERBS.get(row.verb)
    verb = told_with_name(record_type, action, row.changes, by) if action else verb
    verb = told_elsewhere(row.verb, row.changes) or verb
    if verb and (name := names.get(_follower(row) or row.id)):
        verb = gettext("%(told)s: %(name)s", told=verb, name=name)
    if merge is not None:
        verb = merge.text
    return Told(
        row.name or "",
        verb,
        lines if action is None or action.moves_fields else [],
        VIAS.get(row.via),
        formats(by).time(row.at),
        row.at.isoformat(),
        merge.undo_url if merge is not None else "",
        _leave(record_type, row.changes, by),
    )


def _leave(record_type: RecordType, changes: Mapping[str, Any], by: Actor) -> str:
    """Who approved a change, or by whose authority it was done; nothing where nobody had to.

    An authority tells the value of a field, so it is told to those alone who see that.
    """
    authority = (changes.get("authority") or [None, None])[1]
    told = [
        gate.within(one, by)
        for one in (authority if isinstance(authority, list) else [authority])
        if isinstance(one, Mapping) and sees(record_type, one.get("field", ""), by)
    ]
    approved = (changes.get("approved_by") or [None, None])[1]
    if approved:
        told.append(gettext("approved by %(who)s", who=approved))
    return " · ".join(told)


def told_with_name(
    record_type: RecordType, action: Action, changes: Mapping[str, Any], by: Actor
) -> Text | str:
    """The words of an action's event, with the name of what was chosen where it tells one.

    What a field keeps of it is named to those alone who see that field.
    """
    of = action.names_of
    is_seen = of is None or sees(record_type, of.key, by)
    named = changes.get(action.names) if action.names and is_seen else None
    name = next((pick(one, current()) for one in reversed(named or ()) if one), "")
    if not name:
        return action.told
    return gettext("%(told)s: %(name)s", told=action.told, name=name)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One change of one field: who made it, when, from what to what."""

    who: str
    change: Change
    via: Text | None
    moment: str
    at: str


def field_history(
    record_type: RecordType, record: Record, key: str, by: Actor, limit: int = 50
) -> list[FieldChange]:
    """The last changes of one field that `by` may read, newest first, the first value included."""
    rows = by.session.execute(
        select(Event.id, Event.verb, Event.at, Event.via, Event.changes, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(*_of(record_type, record, by), Event.changes.has_key(key))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(limit)
    ).all()
    shown = {row.id: {key: row.changes[key]} for row in rows}
    picklists = _picklists(record_type, shown, by)
    names = _names(record_type, shown, by)
    write = formats(by)
    return [
        FieldChange(
            row.name or "",
            change_lines(record_type, shown[row.id], by, picklists, names)[0],
            VIAS.get(row.via),
            write.exact(row.at),
            row.at.isoformat(),
        )
        for row in rows
    ]


SOURCE = Source("", (("changes", _("Changes")),), changes_of)
