"""What a person chooses: the usual time before, and to be reminded of one thing later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.crm.models import Activity, Reminder
from app.crm.operations.reminders.choices import KNOWN, USUAL
from app.crm.operations.reminders.settle import MORNING, READ, put_reminders, reminders_of
from app.identity.models import Notice, User
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Previewing, Refused
from app.kernel.language import _

CHUNK = 500


def _in_an_hour(by: Actor) -> datetime:
    return by.now + timedelta(hours=1)


def _tomorrow(by: Actor) -> datetime:
    return datetime.combine(by.today() + timedelta(days=1), MORNING, by.zone)


WAITS: Mapping[str, Callable[[Actor], datetime]] = {"hour": _in_an_hour, "tomorrow": _tomorrow}


def usual_of(by: Actor) -> str:
    """How long before the reader is reminded of what says nothing itself."""
    user = by.session.get_one(User, by.user_id)
    return user.remind or USUAL


def choose_usual(chosen: str, by: Actor) -> None:
    """Keep how long before `by` is reminded, and move what says nothing itself accordingly."""
    require_writable(by)
    if chosen not in KNOWN:
        raise Refused(_("This is not one of the values to choose from."), field="remind")
    if usual_of(by) == chosen:
        return
    by.session.get_one(User, by.user_id).remind = chosen
    by.session.flush()  # What follows reads it.
    by.session.info.pop(READ, None)
    mine = (
        Activity.owner_id == by.user_id,
        Activity.remind.is_(None),
        Activity.done_at.is_(None),
        Activity.deleted_at.is_(None),
        Activity.due_at > by.now,
    )
    ids = select(Activity.id).where(*mine)
    by.session.execute(delete(Reminder).where(Reminder.activity_id.in_(ids)))
    planned = select(Activity).where(*mine).execution_options(yield_per=CHUNK)
    for part in by.session.scalars(planned).partitions(CHUNK):
        put_reminders(reminders_of(part, by), by)


def snooze(activity: Activity, wait: str, by: Actor) -> datetime:
    """Remind `by` of an activity of theirs again, in an hour or tomorrow; answers with when.

    Its notices count as read. Only what is planned and theirs can be put off; it changes nothing
    of the activity itself.
    """
    if by.previews:
        raise Previewing(by.previews.name)
    require_writable(by)
    if wait not in WAITS:
        raise Refused(_("This is not one of the values to choose from."), field="wait")
    if activity.owner_id != by.user_id or by.user_id is None:
        raise NotPermitted(_("Only its owner is reminded of this."))
    if not activity.is_open:
        raise Refused(_("This is done already."))
    at = WAITS[wait](by)
    put_reminders({activity.id: (by.user_id, at)}, by)
    by.session.execute(
        update(Notice)
        .where(
            Notice.user_id == by.user_id,
            Notice.record_type == "activity",
            Notice.record_id == activity.id,
            Notice.read_at.is_(None),
        )
        .values(read_at=by.now)
    )
    return at
