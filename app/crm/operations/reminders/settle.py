"""Keeping reminders in step with what is planned: made, moved and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.dialects.postgresql import insert

from app.crm.models import Activity, Reminder
from app.crm.operations.reminders.choices import NONE, USUAL, before
from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor

REMIND = "remind"
AHEAD = timedelta(days=2)  # For what comes later, a daily job sees to the jobs in time.
MOVES = ("due_at", "done_at", "remind", "owner_id")
READ = "reminds"
MINUTE = timedelta(minutes=1)


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
    usual = _usual({one.owner_id for one in open_ones if one.owner_id and not one.remind}, by)
    found = {}
    for one in open_ones:
        ahead = before(one.remind or usual.get(one.owner_id or one.id, NONE))
        if one.due_at is not None and one.owner_id is not None and ahead is not None:
            at = one.due_at - ahead
            if at > by.now:
                found[one.id] = (one.owner_id, at)
    return found


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


def _usual(user_ids: Collection[UUID], by: Actor) -> dict[UUID, str]:
    """What people have chosen for whatever says nothing itself; asked once in a session."""
    kept: dict[UUID, str] = by.session.info.setdefault(READ, {})
    missing = [one for one in user_ids if one not in kept]
    if missing:
        rows = by.session.execute(
            select(User.id, User.remind).where(User.id.in_(missing), User.is_active)
        )
        kept.update({row.id: row.remind or USUAL for row in rows})
    return kept
