"""The open promises to a customer or a person, beside their other facts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.crm.models import Account, Activity, Contact
from app.crm.pages.timeline import Due, due_of
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.access import permitted, reaches, sees
from app.records.registry import registry
from app.web.formats import formats

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Promise:
    """One open promise: what, by whom, until when, and whether the reader may say it is kept."""

    url: str
    subject: str
    who: str
    when: str
    due: Due
    may_complete: bool


def promises_to(record: Account | Contact, by: Actor) -> dict[str, object]:
    """The open promises to a record, the most urgent first, and how many there are.

    What has no next step has no promise either, so nothing is asked of it.
    """
    activity = registry().type("activity")
    told = all(sees(activity, key, by) for key in ("is_promise", "due_at"))
    if record.next_step_at is None or not told or not by.may(activity.key, "read"):
        return {"promises": [], "total": 0}
    is_account = isinstance(record, Account)
    reference = Activity.account_id if is_account else Activity.contact_id
    rows = by.session.execute(
        select(
            Activity.id,
            Activity.subject,
            Activity.owner_id,
            Activity.due_at,
            User.name.label("who"),
            func.count().over().label("total"),
        )
        .outerjoin(User, User.id == Activity.owner_id)
        .where(
            reference == record.id,
            Activity.is_promise,
            Activity.done_at.is_(None),
            permitted(activity, by),
        )
        .order_by(Activity.due_at, Activity.id)
        .limit(SHOWN)
    ).all()
    write, is_open = formats(by), not by.tenant.is_read_only
    is_named = sees(activity, "owner_id", by)
    found = [
        Promise(
            f"/activities/{row.id}",
            row.subject,
            (row.who or "") if is_named else "",
            write.moment(row.due_at, by.today()),
            due_of(row.due_at, by),
            is_open and reaches(activity, row.owner_id, "complete", by),
        )
        for row in rows
    ]
    key = "account_id" if is_account else "contact_id"
    url = f"/activities?is_promise=true&done_at__isnull=true&{key}={record.id}&sort=due_at"
    return {"promises": found, "total": rows[0].total if rows else 0, "all_url": url}
