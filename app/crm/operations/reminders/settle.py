"""Keeping reminders in step with what is planned: made, moved and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.dialects.postgresql import insert

from app.crm.models import Activity, Reminder
from app.crm.operations.reminders.choices import NONE, USUAL, before
from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.records.worktime.kept import business_time, calendar_of

REMIND = "remind"
AHEAD = timedelta(days=2)  # For what comes later, a daily job sees to the jobs in time.
MOVES = ("due_at", "done_at", "remind", "owner_id")
READ = "reminds"
MINUTE = timedelta(minutes=1)
MORNING = time(9, 0)  # Of a day without business hours.


@dataclass(frozen=True, slots=True)
class Person:
    """How long before somebody is reminded of what says nothing itself, and their own zone."""

    usual: str
    zone: str


NOBODY = Person(NONE, "")


def note_moves(activity: Activity) -> None:
    """Remember that a change under way moves the reminder; called before the row is written."""
    attributes = inspect(activity).attrs
    activity.moves = activity.moves or any(attributes[key].history.has_changes() for key in MOVES)


def settle_reminders(activities: Sequence[Activity], verb: str, by: Actor) -> None:
    """Write anew when the owners of some activities are reminded, where `verb` moves that.

    What is past or done, and what nobody owns, has no reminder. One that was put off stays where
    only the words change. No statement for what never had a time.
    """
    concerned = [one for one in activities if one.moves or verb in ("delete", "restore")]
    for one in concerned:
        one.moves = False
    wanted = reminders_of(concerned, by)
    stood = [one.id for one in concerned if verb != "create" and one.id not in wanted]
    if stood:
        by.session.execute(delete(Reminder).where(Reminder.activity_id.in_(stood)))
    put_reminders(wanted, by)


def reminders_of(activities: Iterable[Activity], by: Actor) -> dict[UUID, tuple[UUID, datetime]]:
    """Whom to remind of each activity and when, by its id; what has no reminder is left out."""
    open_ones = [
        one
        for one in activities
        if one.is_open and one.due_at is not None and one.owner_id and one.due_at > by.now
    ]
    asked = {one.owner_id for one in open_ones if not one.remind or one.all_day}
    people = _people({one for one in asked if one}, by)
    found = {}
    for one in open_ones:
        person = people.get(one.owner_id or one.id, NOBODY)
        ahead = before(one.remind or person.usual)
        if one.due_at is not None and one.owner_id is not None and ahead is not None:
            at = _ahead_of_day(one.due_at, ahead, person, by) if one.all_day else one.due_at - ahead
            if at > by.now:
                found[one.id] = (one.owner_id, at)
    return found


def _ahead_of_day(due_at: datetime, ahead: timedelta, person: Person, by: Actor) -> datetime:
    """When somebody is reminded of a whole day: as work begins on it, or so many days before.

    That is as the firm's business hours have it where it decided on such, else in the morning on
    the person's clock.
    """
    day = due_at.astimezone(ZoneInfo(by.tenant.zone)).date() - timedelta(days=ahead.days)
    decided = business_time(by).default_id is not None
    openings = calendar_of(by).openings(day) if decided else ()
    if openings:
        return openings[0][0]
    zone = ZoneInfo(person.zone or by.tenant.zone)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def put_reminders(wanted: dict[UUID, tuple[UUID, datetime]], by: Actor) -> None:
    """Write reminders, in place of those that stand, and see to the jobs that tell of them."""
    if not wanted:
        return
    rows = [
        {"activity_id": activity_id, "user_id": user_id, "at": at}
        for activity_id, (user_id, at) in wanted.items()
    ]
    statement = insert(Reminder)
    kept = statement.excluded
    by.session.execute(
        statement.on_conflict_do_update(
            index_elements=["activity_id"], set_={"user_id": kept.user_id, "at": kept.at}
        ),
        rows,
    )
    arm({at for _user_id, at in wanted.values()}, by)


def arm(moments: Collection[datetime], by: Actor) -> None:
    """Enqueue what tells people at these moments: one job a minute, however many it tells of."""
    near = {_minute(at) for at in moments if at < by.now + AHEAD}
    for minute in sorted(near):
        enqueue(by, REMIND, {}, run_at=minute, key=f"{REMIND}:{minute:%Y%m%d%H%M}")


def arm_near(by: Actor) -> None:
    """Enqueue the jobs of the next days; once a day, and after a workspace was brought back.

    For all that is past one is enough: some of it, as of who left, is told to nobody any more.
    """
    at = func.greatest(Reminder.at, by.now)
    minutes = select(func.date_trunc("minute", at, "UTC")).distinct()
    found = by.session.scalars(minutes.where(Reminder.at < by.now + AHEAD)).all()
    arm([at + MINUTE for at in found], by)


def _minute(at: datetime) -> datetime:
    """The first full minute that is not before `at`."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + MINUTE


def _people(user_ids: Collection[UUID], by: Actor) -> dict[UUID, Person]:
    """What is known of people, by their ids; asked once in a session."""
    kept: dict[UUID, Person] = by.session.info.setdefault(READ, {})
    missing = [one for one in user_ids if one not in kept]
    if missing:
        rows = by.session.execute(
            select(User.id, User.remind, User.zone).where(User.id.in_(missing), User.is_active)
        )
        kept.update({row.id: Person(row.remind or USUAL, row.zone or "") for row in rows})
    return kept
