"""Activities on the timelines of the records they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Row, Select, func, or_, select, tuple_

from app.crm.models import Activity, ActivityLink
from app.crm.operations.activities import was_planned
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import permitted, reaches, sees
from app.records.fields import Option
from app.records.files.find import Line, lines_by_record
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.files import FileLine, file_lines
from app.records.pages.looks import Words
from app.records.pages.mentions import Piece, pieces
from app.records.pages.timeline import ALL, Asked, Entry, Source
from app.records.pool.reading import is_read_in_pool
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats

Found: TypeAlias = Row[*tuple[object, ...]]
MOST_UPCOMING = 20
TEMPLATE = "crm/_activity_entry.html"
ICONS = {
    "follow_up": "message-circle",
    "note": "note",
    "task": "checkbox",
    "call": "phone",
    "meeting": "calendar-event",
    "visit": "walk",
    "mail": "mail",
}
SENTENCES = {
    "follow_up": _("followed up"),
    "note": _("wrote a note"),
    "task": _("did a task"),
    "call": _("called"),
    "meeting": _("met"),
    "visit": _("paid a visit"),
    "mail": _("wrote an e-mail"),
}
SHOWS = (
    ("follow_up", _("Follow-ups")),
    ("call", _("Calls")),
    ("meeting", _("Meetings")),
    ("visit", _("Visits")),
    ("mail", _("Mails")),
    ("task", _("Tasks")),
    ("note", _("Notes")),
)


@dataclass(frozen=True, slots=True)
class Due:
    """When something planned is due, in words, and the tone that goes with it."""

    text: Text
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One activity as its card shows it."""

    url: str
    kind: str
    icon: str
    who: str
    sentence: Text | None
    way: str
    subject: Sequence[Piece]
    body: Sequence[Piece]
    outcome: Sequence[Piece]
    minutes: int | None
    time: str
    at: str
    next: str
    due: Due | None
    is_promise: bool
    is_done: bool
    may_complete: bool
    may_reopen: bool
    may_edit: bool
    may_delete: bool
    files: list[FileLine]


# Put together once: building it costs a page more than running it.
ON_TIMELINES: Select[*tuple[object, ...]] = (
    select(
        Activity.id,
        Activity.owner_id,
        Activity.done_by_id,
        Activity.kind,
        Activity.subject,
        Activity.body,
        Activity.outcome,
        Activity.way,
        Activity.minutes,
        Activity.at,
        Activity.due_at,
        Activity.done_at,
        Activity.next_at,
        Activity.is_promise,
        Activity.mentions,
        User.name.label("who"),
    )
    .join(ActivityLink, ActivityLink.activity_id == Activity.id)
    # What is done is told of who did it, what is planned of who shall do it.
    .outerjoin(User, User.id == func.coalesce(Activity.done_by_id, Activity.owner_id))
)


def done(record_type: RecordType, record: Record, by: Actor, asked: Asked) -> list[Entry]:
    """What was done with a record, newest first."""
    statement = _activities(record_type, record, by, asked).where(Activity.done_at.is_not(None))
    if asked.before is not None:
        statement = statement.where(tuple_(ActivityLink.at, Activity.id) < asked.before)
    statement = statement.order_by(ActivityLink.at.desc(), Activity.id.desc())
    return _entries(statement.limit(asked.limit + 1), by)


def planned(record_type: RecordType, record: Record, by: Actor, asked: Asked) -> list[Entry]:
    """What is planned with a record and not yet done, the most urgent first."""
    statement = _activities(record_type, record, by, asked).where(Activity.done_at.is_(None))
    statement = statement.order_by(Activity.due_at.asc().nulls_last(), Activity.id)
    return _entries(statement.limit(MOST_UPCOMING), by)


def _activities(
    record_type: RecordType, record: Record, by: Actor, asked: Asked
) -> Select[*tuple[object, ...]]:
    """The activities that stand on a record's timeline and that `by` may read.

    Of a record that is read by the pool alone, those which are their own.
    """
    activity = registry().type("activity")
    statement = ON_TIMELINES.where(
        ActivityLink.record_type == record_type.key,
        ActivityLink.record_id == record.id,
        permitted(activity, by),
    )
    if is_read_in_pool(record_type, by):
        mine = or_(Activity.owner_id == by.user_id, Activity.done_by_id == by.user_id)
        statement = statement.where(mine)
    return statement if asked.show == ALL else statement.where(Activity.kind == asked.show)


def _entries(statement: Select[*tuple[object, ...]], by: Actor) -> list[Entry]:
    activity = registry().type("activity")
    rows = by.session.execute(statement).all()
    has_ways = any(row.way for row in rows)
    picklists = choices_of(activity, by) if has_ways else {}
    ways = Words(picklists.get("way", ()))
    files = lines_by_record("activity", [row.id for row in rows], by)
    return [
        Entry(row.at, row.id, TEMPLATE, shown(activity, row, ways, by, files.get(row.id, ())))
        for row in rows
    ]


def shown(
    activity: RecordType, row: Found, ways: Words, by: Actor, files: Sequence[Line] = ()
) -> Shown:
    """One activity, ready for its card; its times on the reader's clock."""
    is_done = row.done_at is not None
    body = (row.body or "") if sees(activity, "body", by) else ""
    outcome = (row.outcome or "") if sees(activity, "outcome", by) else ""
    is_named = not is_done or not body.startswith(row.subject)
    if not is_done and body.partition("\n")[0].strip() == row.subject:
        body = body.partition("\n")[2]  # The card is headed by the subject: say it once.
    is_open = not by.tenant.is_read_only
    moment = row.done_at or row.due_at
    if not sees(activity, "done_at" if is_done else "due_at", by):
        moment = None
    kind = row.kind if sees(activity, "kind", by) else ""
    credit = "owner_id" if row.done_by_id is None else "done_by_id"
    return Shown(
        url=f"/{activity.collection}/{row.id}",
        kind=kind,
        icon=ICONS.get(kind, "activity"),
        who=(row.who or "") if sees(activity, credit, by) else "",
        sentence=SENTENCES.get(kind, _("did this")) if is_done else None,
        way=ways[row.way] if row.way and sees(activity, "way", by) else "",
        subject=pieces(row.subject, row.mentions, by) if is_named or not body else (),
        body=pieces(body, row.mentions, by),
        outcome=pieces(outcome, row.mentions, by),
        minutes=row.minutes if sees(activity, "minutes", by) else None,
        time=_time(moment, is_done, by),
        at=(formats(by).whole_day(moment) or moment).isoformat() if moment else "",
        next=_next(row.next_at, activity, by),
        due=due_of(moment, by) if not is_done and moment else None,
        is_promise=row.is_promise and sees(activity, "is_promise", by),
        is_done=is_done,
        may_complete=is_open and not is_done and reaches(activity, row.owner_id, "complete", by),
        may_reopen=is_open and is_done and _may_reopen(activity, row, by),
        may_edit=is_open and reaches(activity, row.owner_id, "update", by),
        may_delete=is_open and reaches(activity, row.owner_id, "delete", by),
        files=file_lines(files, by) if files else [],
    )


def _next(moment: datetime | None, activity: RecordType, by: Actor) -> str:
    """When the next follow-up is, for who may see that."""
    if moment is None or not sees(activity, "next_at", by):
        return ""
    return formats(by).moment(moment, by.today())


def _time(moment: datetime | None, is_done: bool, by: Actor) -> str:
    """The time of day of what was done, as it stands under its day; else the whole moment."""
    if moment is None:
        return ""
    write = formats(by)
    if is_done:  # Of what was done on a day, nobody knows when, its day says all.
        return "" if write.whole_day(moment) else write.time(moment)
    return write.moment(moment, by.today())


def due_of(due_at: datetime, by: Actor) -> Due:
    """How near a planned moment is: late, today, tomorrow, or later."""
    here = formats(by).local(due_at)
    on = here.date()
    if here < by.now:
        return Due(_("Overdue"), "bad")
    if on == by.today():
        return Due(_("Due today"), "good")
    if on == by.today() + timedelta(days=1):
        return Due(_("Due tomorrow"), "warn")
    return Due(_("Planned"), "")


def _may_reopen(activity: RecordType, row: Found, by: Actor) -> bool:
    return was_planned(row.kind, row.due_at) and reaches(activity, row.owner_id, "reopen", by)


def way_options(by: Actor) -> tuple[Option, ...]:
    """The ways of a follow-up that the tenant offers."""
    options = choices_of(registry().type("activity"), by).get("way", ())
    return tuple(option for option in options if not option.is_retired)


SOURCE = Source("crm", SHOWS, done, planned, reads="activity", kind_field="kind")
