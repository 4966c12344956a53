"""What is due for a person: overdue, today, and in the next seven days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, select

from app.crm.models import Account, Activity, Contact
from app.crm.pages.timeline import ICONS
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import permitted, reaches, sees
from app.records.filters.moments import stands_at
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import Formats, formats

DAYS = 7
SHOWN = 50  # Of each group; the list of tasks has the rest.


@dataclass(frozen=True, slots=True)
class Task:
    """One open activity as Home shows it."""

    url: str
    icon: str
    kind: str
    subject: str
    with_whom: str
    whom_url: str
    when: str
    is_late: bool
    may_complete: bool


@dataclass(slots=True)
class Due:
    """What is due, group by group; the counts are of all there is, also where not all is shown.

    `undated` holds the open tasks of a reader who may not see when they are due.
    """

    late: list[Task] = field(default_factory=list)
    today: list[Task] = field(default_factory=list)
    soon: list[Task] = field(default_factory=list)
    undated: list[Task] = field(default_factory=list)
    late_count: int = 0
    today_count: int = 0
    soon_count: int = 0

    @property
    def is_nothing(self) -> bool:
        """True when nothing is late and nothing is coming."""
        return not (self.late or self.today or self.soon or self.undated)


def due(by: Actor) -> Due:
    """The open activities of `by` up to a week from now, as far as their role sees them."""
    activity = registry().type("activity")
    if not by.may(activity.key, "read"):
        return Due()
    begins = beginning(by)
    is_dated = sees(activity, "due_at", by)
    statement = open_planned(by)
    if tells_promises(by):
        statement = statement.where(Activity.is_promise.is_(False))  # They have their own block.
    found = Due()
    if not is_dated:
        # Neither their order nor their number may tell when they are due.
        statement = statement.order_by(Activity.id.desc()).limit(SHOWN)
        rows = by.session.execute(statement)
        found.undated = [task_of(activity, row, "", False, by) for row in rows]
        return found
    write = formats(by)
    for row in by.session.execute(_some_of_each(statement, begins, by)):
        here, when = write.stands(row.due_at), when_due(row.due_at, begins, write, by)
        task = task_of(activity, row, when, here < by.now, by)
        if here < begins:
            found.late.append(task)
            found.late_count = row.of_group
        elif here < begins + timedelta(days=1):
            found.today.append(task)
            found.today_count = row.of_group
        else:
            found.soon.append(task)
            found.soon_count = row.of_group
    return found


def _some_of_each(
    statement: Select[*tuple[Any, ...]], begins: datetime, by: Actor
) -> Select[*tuple[Any, ...]]:
    """The first of each group, so that many overdue ones leave room for what is due today.

    `of_group` is how many there are in the group of a row.
    """
    stands = stands_at(registry().type("activity").by_key["due_at"], by)
    group = case((stands < begins, 0), (stands < begins + timedelta(days=1), 1), else_=2)
    order = (Activity.due_at, Activity.id)
    place = func.row_number().over(partition_by=group, order_by=order)
    size = func.count().over(partition_by=group)
    every = statement.where(stands < begins + timedelta(days=DAYS + 1))
    found = every.add_columns(place.label("place"), size.label("of_group")).subquery()
    return select(found).where(found.c.place <= SHOWN).order_by(found.c.due_at, found.c.id)


def beginning(by: Actor) -> datetime:
    """When the day of `by` began."""
    return datetime.combine(by.today(), time(), by.zone)


def tells_promises(by: Actor) -> bool:
    """True for who may know what was promised, and until when."""
    activity = registry().type("activity")
    return sees(activity, "is_promise", by) and sees(activity, "due_at", by)


def open_planned(by: Actor) -> Select[*tuple[Any, ...]]:
    """The open planned activities of `by`, with whom they are about where that may be opened."""
    activity = registry().type("activity")
    return (
        select(
            Activity.id,
            Activity.owner_id,
            Activity.kind,
            Activity.subject,
            Activity.due_at,
            Activity.account_id,
            Activity.contact_id,
            Account.name.label("account"),
            Contact.name.label("contact"),
        )
        .select_from(Activity)
        .outerjoin(Account, and_(Account.id == Activity.account_id, _named("account", by)))
        .outerjoin(Contact, and_(Contact.id == Activity.contact_id, _named("contact", by)))
        .where(
            permitted(activity, by),
            Activity.owner_id == by.user_id,
            Activity.done_at.is_(None),
            Activity.due_at.is_not(None),
        )
    )


def _named(kind: str, by: Actor) -> ColumnElement[bool]:
    """Only what `by` may open is named, by whoever may see that the activity is about it."""
    if not sees(registry().type("activity"), f"{kind}_id", by):
        return false()
    return permitted(registry().type(kind), by)


def task_of(activity: RecordType, row: Any, when: str, is_late: bool, by: Actor) -> Task:
    """One open activity with what `by` may know of it; its subject is what it is named by."""
    kind = row.kind if sees(activity, "kind", by) else ""
    with_whom, whom_url = _whom(row.contact, row.contact_id, row.account, row.account_id)
    is_mine = reaches(activity, row.owner_id, "complete", by)
    return Task(
        url=f"/activities/{row.id}",
        icon=ICONS.get(kind, activity.icon),
        kind=kind,
        subject=row.subject,
        with_whom=with_whom,
        whom_url=whom_url,
        when=when,
        is_late=is_late,
        may_complete=is_mine and not by.tenant.is_read_only,
    )


def _whom(
    contact: str | None, contact_id: UUID | None, account: str | None, account_id: UUID | None
) -> tuple[str, str]:
    """Whom a task is about, and where they stand: the person first, with the firm."""
    if contact:
        name = f"{contact} · {account}" if account else contact
        return name, f"/contacts/{contact_id}"
    return (account, f"/accounts/{account_id}") if account else ("", "")


def when_due(due_at: datetime, begins: datetime, write: Formats, by: Actor) -> str:
    """When something is due, in words: of today only the time."""
    here = write.stands(due_at)
    if begins <= here < begins + timedelta(days=1):
        return write.time(due_at)
    if here > by.now:
        return write.weekday_and_moment(due_at, by.today())
    return write.moment(due_at, by.today())


def greeting(by: Actor) -> Text:
    """Good morning, afternoon or evening by the reader's clock, to who is looked as if any."""
    hour = by.now.astimezone(by.zone).hour
    name = (by.previews.person if by.previews else "") or by.name
    if by.support is not None:  # Whoever helps, and not whoever let them in.
        name = by.support.operator
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=name)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)
