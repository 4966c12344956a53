"""What others wrote on a record, in words, as far as a reader sees them: notes, calls, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from app.events import Event
from app.identity.models import Notice, User
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import gettext, ngettext
from app.records.access import readable_keys
from app.records.history import BESIDE
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

EVENTS = 400  # The latest of all that a look at the bell tells of.
NAMED = 3  # Fields, and colleagues, that a line names.
Pair = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a record that tells something of another."""

    record_type: RecordType
    record_id: UUID
    title: str
    verb: str
    who: str
    at: datetime


def happened_around(notices: Sequence[Notice], by: Actor) -> dict[UUID, list[Happened]]:
    """What others did with the records beside those of some notices, by notice, the newest first.

    One statement for the events and one for the titles of each type; none where nothing is beside.
    """
    pairs = {one.id: _pairs(one) for one in notices if one.beside}
    wanted = {pair for its in pairs.values() for pair in its}
    if not wanted:
        return {}
    since = min(one.since for one in notices if one.beside and one.since)
    events = list(_events(wanted, since, by))
    return {
        one.id: [
            event
            for event in events
            if one.since is not None
            and event.at >= one.since
            and (event.record_type.key, event.record_id) in pairs[one.id]
        ]
        for one in notices
        if one.id in pairs
    }


def told_around(happened: Sequence[Happened], name: str, by: Actor) -> str:
    """The words of what happened on the record `name`; none where nothing did."""
    if not happened:
        return ""
    who = listed(list(dict.fromkeys(one.who for one in happened)), by)
    met = {one.record_id for one in happened}
    if len(met) > 1:
        one, many = happened[0].record_type.words.count
        what = ngettext(one, many, len(met), n=formats(by).number(len(met)))
        return gettext(
            "%(who)s added or changed %(what)s of %(name)s", who=who, what=what, name=name
        )
    return _of_one(happened, who, name)


def listed(names: list[str], by: Actor) -> str:
    """Some names, and how many more there are."""
    more = len(names) - NAMED
    shown = names[:NAMED]
    if more > 0:
        shown.append(gettext("%(n)s more", n=more))
    return formats(by).listed(shown) if shown else ""


def _of_one(happened: Sequence[Happened], who: str, name: str) -> str:
    """What was done with one record beside, the newest first; that it is new says more."""
    last = happened[0]
    if last.verb != "deleted":
        last = next((one for one in happened if one.verb == "created"), last)
    told = {"who": who, "title": last.title, "name": name}
    if last.verb == "created":
        return gettext("%(who)s added “%(title)s” to %(name)s", **told)
    if last.verb == "deleted":
        return gettext("%(who)s deleted “%(title)s” of %(name)s", **told)
    if last.verb == "restored":
        return gettext("%(who)s brought “%(title)s” of %(name)s back", **told)
    action = next((one for one in last.record_type.actions if one.event == last.verb), None)
    if action is not None:
        return gettext("%(who)s %(told)s: “%(title)s” of %(name)s", told=action.told, **told)
    return gettext("%(who)s changed “%(title)s” of %(name)s", **told)


def _pairs(notice: Notice) -> set[Pair]:
    """The types and ids that a notice remembers beside its record."""
    parts = (one.partition(":") for one in notice.beside or ())
    return {(kind, found) for kind, _colon, text in parts if (found := parse_id(text)) is not None}


def _events(wanted: set[Pair], since: datetime, by: Actor) -> Iterable[Happened]:
    """What others did with these records since, of those that `by` may open and know of."""
    rows = by.session.execute(
        select(Event.record_type, Event.record_id, Event.verb, Event.changes, Event.at, User.name)
        .join(User, User.id == Event.actor_id)
        .where(
            tuple_(Event.record_type, Event.record_id).in_(wanted),
            Event.at >= since,
            Event.actor_id != by.user_id,
            Event.verb.not_in(BESIDE),
        )
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(EVENTS)
    ).all()
    for kind in dict.fromkeys(row.record_type for row in rows):
        declared = registry().get(kind)
        if declared is None or not by.tenant.allows(declared.module) or not by.may(kind, "read"):
            continue
        record_type = tailored(declared, by)
        readable = readable_keys(record_type, by)
        mine = [row for row in rows if row.record_type == kind]
        names = titles(kind, {row.record_id for row in mine}, by, with_deleted=True)
        for row in mine:
            is_known = row.verb != "updated" or row.changes.keys() & readable
            if row.record_id in names and is_known:
                name = names[row.record_id]
                yield Happened(record_type, row.record_id, name, row.verb, row.name, row.at)
