"""Reminding people of what is due: each reminder once, also after a worker was killed."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.crm.models import Activity, Reminder
from app.crm.operations.reminders.settle import REMIND
from app.identity.models import User
from app.identity.news import DUE
from app.identity.operations.news_mail import mail_soon
from app.identity.operations.notices import add_news
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor

CHUNK = 500  # Reminders in one transaction.


def remind_due(by: Actor) -> None:
    """Put what is due now into the bells of its owners, and forget that it was to be told.

    Both are one transaction, and rows that another worker holds are left to it. What was done or
    given away meanwhile has no reminder any more.
    """
    due = by.session.execute(
        select(Reminder.activity_id, Reminder.user_id, User.muted)
        .join(Activity, Activity.id == Reminder.activity_id)
        .join(User, User.id == Reminder.user_id)
        .where(
            Reminder.at <= by.now,
            Activity.done_at.is_(None),
            Activity.deleted_at.is_(None),
            Activity.owner_id == Reminder.user_id,
            User.is_active,
        )
        .order_by(Reminder.at)
        .limit(CHUNK)
        .with_for_update(of=Reminder, skip_locked=True)
    ).all()
    for row in due:
        if DUE not in row.muted:
            url = f"/activities/{row.activity_id}"
            told = (DUE, "activity", row.activity_id)
            add_news(by, row.user_id, *told, url=url, icon="alarm")
    if due:
        mail_soon(by)
    ids = [row.activity_id for row in due]
    by.session.execute(delete(Reminder).where(Reminder.activity_id.in_(ids)))
    if len(due) == CHUNK:
        enqueue(by, REMIND, {}, key=REMIND)
