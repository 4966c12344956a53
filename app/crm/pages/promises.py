"""The open promises to a customer or a person, beside their other facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.crm.models import Account, Activity, Contact
from app.crm.pages.timeline import Due, due_of
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.access import permitted, reaches, sees
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats

SHOWN = 10
NAMED = 5  # People who are named where many are to keep promises.


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
    if record.next_step_at is None or not _is_told(activity, by):
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
            *_open_to(activity, by),
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


def promises_left_open(ids: Select[Any], by: Actor) -> list[str]:
    """What whoever gives customers back should know: which promises to them stay open, and whose.

    A promise stays with its owner, whoever owns the customer. Those are counted that `by` may read.
    """
    activity = registry().type("activity")
    if not _is_told(activity, by):
        return []
    number = func.count()
    rows = by.session.execute(
        select(User.name, number.label("number"))
        .select_from(Activity)
        .outerjoin(User, User.id == Activity.owner_id)
        .where(Activity.account_id.in_(ids), *_open_to(activity, by))
        .group_by(User.id, User.name)
        .order_by(number.desc(), User.name)
    ).all()
    total = sum(row.number for row in rows)
    if not total:
        return []
    write = formats(by)
    if not sees(activity, "owner_id", by):
        text = ngettext(
            "%(n)s promise is still open and stays with whoever made it.",
            "%(n)s promises are still open and stay with whoever made them.",
            total,
            n=write.number(total),
        )
        return [text]
    people = [
        gettext("%(name)s (%(n)s)", name=row.name or gettext("nobody"), n=write.number(row.number))
        for row in rows[:NAMED]
    ]
    others = len(rows) - NAMED
    if others > 0:
        people.append(ngettext("%(n)s other person", "%(n)s other people", others))
    text = ngettext(
        "%(n)s promise is still open and stays with %(who)s.",
        "%(n)s promises are still open and stay with %(who)s.",
        total,
        n=write.number(total),
        who=write.listed(people),
    )
    return [text]


def _is_told(activity: RecordType, by: Actor) -> bool:
    """True for who may see of activities that they are promises, and until when."""
    told = all(sees(activity, key, by) for key in ("is_promise", "due_at"))
    return told and by.may(activity.key, "read")


def _open_to(activity: RecordType, by: Actor) -> list[ColumnElement[bool]]:
    """The open promises that `by` may read."""
    is_promise: ColumnElement[bool] = Activity.is_promise.expression
    return [is_promise, Activity.done_at.is_(None), permitted(activity, by)]
