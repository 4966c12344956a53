"""News of records in words: what others did, found when the bell is looked at.

Nothing of a record is kept with a notice. Its words come from the events since, by the rights that
the reader has at that moment: of what they may not see there is no word, and no line at all where
nothing else is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, select, true

from app.events import Event
from app.identity.models import Notice, User
from app.identity.news import DUE, MENTIONED, Line
from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.access import readable_fields, within_reach
from app.records.history import BESIDE
from app.records.pages.mentions import mentioning_in_batches, quoted, quotes
from app.records.pages.news_around import happened_around, listed, told_around
from app.records.pages.news_due import due_lines
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

EVENTS = 20  # The latest of one record that a line looks at.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Deed:
    """One event as far as a line needs it."""

    verb: str
    changes: Mapping[str, Any]
    who: str


def tell_news(notices: Sequence[Notice], by: Actor) -> dict[UUID, Line]:
    """The lines of notices about records, by the ids of those of which something can be told.

    A statement for the events, and one or two for each record type, however many notices there are.
    """
    deeds = _deeds([one.id for one in notices], by)
    found: dict[UUID, Line] = {}
    for key in dict.fromkeys(one.record_type or "" for one in notices):
        declared = registry().get(key)
        if declared is None or not by.tenant.allows(declared.module) or not by.may(key, "read"):
            continue
        record_type = tailored(declared, by)
        mine = [one for one in notices if one.record_type == key]
        due = due_lines(record_type, mine, by)
        for notice, text in _told(record_type, mine, deeds, due, by):
            snooze = f"{notice.url}/snooze" if notice.record_id in due else ""
            found[notice.id] = Line(notice, text[:LONGEST], notice.icon, snooze)
    return found


def _told(
    record_type: RecordType,
    notices: Sequence[Notice],
    deeds: Mapping[UUID, list[Deed]],
    due: Mapping[UUID, str],
    by: Actor,
) -> Iterable[tuple[Notice, str]]:
    """Each notice of a type that has something to tell, with its words."""
    ids = [one.record_id for one in notices if one.record_id]
    names = titles(record_type.key, ids, by, with_deleted=True)
    batches = _readable_batches(record_type, notices, by)
    labels = {one.key: str(one.label) for one in readable_fields(record_type, by)}
    around = happened_around(notices, by)
    called = quotes(record_type, notices, by)
    written = mentioning_in_batches(record_type, notices, by)
    for notice in notices:
        done = deeds.get(notice.id, [])
        text = ""
        if notice.record_id is not None and notice.record_id in names:
            mine = [one for one in done if _is_told(one, labels, by)]
            name = names[notice.record_id]
            # Who is only mentioned or reminded has not asked for the record's other news.
            own = _of_record(record_type, name, mine, labels, by) if mine else ""
            own = "" if notice.kinds and {*notice.kinds} <= {MENTIONED, DUE} else own
            text = _joined(own, told_around(around.get(notice.id, ()), name, by))
            quote = called.get(notice.record_id)
            if quote is not None:
                text = _joined(quoted(quote, _mentioner(record_type, done)), text)
            text = _joined(due.get(notice.record_id, ""), text)
        elif notice.id in batches and done:
            if notice.number and _may_know(done[0], labels):
                text = _of_batch(record_type, notice.number, done[0], labels, by)
            if notice.id in written:
                text = _joined(_called(record_type, written[notice.id], done[0], by), text)
        if text:
            yield notice, text


def _mentioner(record_type: RecordType, deeds: Sequence[Deed]) -> str:
    """Who wrote the text: the latest who made it or changed it."""
    wrote = (
        one.who
        for one in deeds
        if one.verb == "created" or one.changes.keys() & {*record_type.mentioning}
    )
    return next(wrote, gettext("A colleague"))


def _joined(one: str, other: str) -> str:
    """What happened to a record and what was told on it, in one line."""
    if one and other:
        return gettext("%(one)s; %(other)s", one=one, other=other)
    return one or other


def _is_told(deed: Deed, labels: Mapping[str, str], by: Actor) -> bool:
    """False for what the reader may not see, and for the making of what is not theirs."""
    return _may_know(deed, labels) and (deed.verb != "created" or _owns(deed, by))


def _may_know(deed: Deed, labels: Mapping[str, str]) -> bool:
    """False for a change of nothing but fields that the reader may not see."""
    if deed.verb == "created":
        return "owner_id" in labels
    return deed.verb != "updated" or bool(deed.changes.keys() & labels.keys())


def _owns(deed: Deed, by: Actor) -> bool:
    """True for an event that made the reader the owner."""
    pair = deed.changes.get("owner_id") or (None, None)
    return bool(pair[1] == str(by.user_id))


def _of_record(
    record_type: RecordType, name: str, deeds: Sequence[Deed], labels: Mapping[str, str], by: Actor
) -> str:
    """What happened to one record, the newest of `deeds` first."""
    last = deeds[0]
    if last.verb == "restored":
        return gettext("%(who)s brought %(name)s back", who=last.who, name=name)
    if last.verb != "deleted":
        giver = next((one for one in deeds if _gives(one, labels, by)), None)
        maker = next((one for one in deeds if one.verb == "created"), None)
        last = giver or maker or last
    action = next((one for one in record_type.actions if one.event == last.verb), None)
    fields = _fields(deeds, labels, by)
    if action is not None and not fields:
        return gettext("%(who)s %(told)s: %(name)s", who=last.who, told=action.told, name=name)
    return _usual(last, name, fields, labels, by, _people(deeds, by))


def _of_batch(
    record_type: RecordType, number: int, deed: Deed, labels: Mapping[str, str], by: Actor
) -> str:
    """What happened to many records at once, by one event of theirs."""
    what = ngettext(*record_type.words.count, number, n=formats(by).number(number))
    return _usual(deed, what, _fields([deed], labels, by), labels, by, deed.who)


def _called(record_type: RecordType, number: int, deed: Deed, by: Actor) -> str:
    """That a change of many records mentions the reader, in so many of them."""
    what = ngettext(*record_type.words.count, number, n=formats(by).number(number))
    return gettext("%(who)s mentioned you in %(what)s", who=deed.who, what=what)


def _usual(
    deed: Deed, name: str, fields: str, labels: Mapping[str, str], by: Actor, who: str
) -> str:
    """What can happen to any record, or to many; `who` are all who changed `fields`."""
    if deed.verb == "deleted":
        return gettext("%(who)s deleted %(name)s", who=deed.who, name=name)
    if _gives(deed, labels, by):
        return gettext("%(who)s made you the owner of %(name)s", who=deed.who, name=name)
    if deed.verb == "created":
        return gettext("%(who)s added %(name)s for you", who=deed.who, name=name)
    if fields:
        return gettext("%(who)s changed %(name)s: %(fields)s", who=who, name=name, fields=fields)
    return gettext("%(who)s changed %(name)s", who=who, name=name)


def _gives(deed: Deed, labels: Mapping[str, str], by: Actor) -> bool:
    """True for a change that made the reader the owner, where they may see who owns it."""
    return deed.verb == "updated" and "owner_id" in labels and _owns(deed, by)


def _fields(deeds: Iterable[Deed], labels: Mapping[str, str], by: Actor) -> str:
    """The fields that were changed and that the reader may see, each once, the newest first."""
    changed = dict.fromkeys(
        key for one in deeds if one.verb == "updated" for key in one.changes if key in labels
    )
    named = [labels[key] for key in changed]
    return listed(named, by)


def _people(deeds: Iterable[Deed], by: Actor) -> str:
    return listed(list(dict.fromkeys(one.who for one in deeds)), by)


def _deeds(ids: Sequence[UUID], by: Actor) -> dict[UUID, list[Deed]]:
    """What others did since, the newest first: with its record, or one example of its batch."""
    of_record = and_(Event.record_id == Notice.record_id, Event.at >= Notice.since)
    latest = (
        select(Event.id, Event.verb, Event.changes, Event.actor_id)
        .where(
            Event.record_type == Notice.record_type,
            of_record,
            Event.actor_id != by.user_id,
            Event.verb.not_in(BESIDE),
        )
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(EVENTS)
    )
    example = (
        select(Event.id, Event.verb, Event.changes, Event.actor_id)
        .where(Event.record_type == Notice.record_type, Event.batch_id == Notice.batch_id)
        .limit(1)
    )
    found: dict[UUID, list[Deed]] = {}
    for part in (latest, example):
        event = part.lateral()
        rows = by.session.execute(
            select(Notice.id, event.c.verb, event.c.changes, User.name)
            .select_from(Notice)
            .join(event, true())
            .join(User, User.id == event.c.actor_id)
            .where(Notice.id.in_(ids))
            .order_by(Notice.id, event.c.id.desc())
        )
        for notice_id, verb, changes, who in rows:
            found.setdefault(notice_id, []).append(Deed(verb, changes, who))
    return found


def _readable_batches(
    record_type: RecordType, notices: Sequence[Notice], by: Actor
) -> frozenset[UUID]:
    """Notices of batches in which there is still a record that `by` may read."""
    ids = [one.id for one in notices if one.batch_id is not None]
    if not ids:
        return frozenset()
    model = record_type.model
    readable = exists().where(
        Event.batch_id == Notice.batch_id,
        Event.record_type == Notice.record_type,
        model.id == Event.record_id,
        within_reach(record_type, by, "read"),
    )
    return frozenset(by.session.scalars(select(Notice.id).where(Notice.id.in_(ids), readable)))
