"""The day of a team: of each colleague what is overdue, what is due, which customers are quiet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Account, Activity
from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.records.access import permitted, sees
from app.records.filters.moments import stands_at
from app.records.registry import registry
from app.web.formats import formats

SHOWN = 12  # Colleagues; those with most overdue first.
OF_ACTIVITY = ("owner_id", "due_at", "done_at")
OF_ACCOUNT = ("owner_id", "next_step_at", "lifecycle")
FORMER = "former"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number with the list of what it counts."""

    text: str
    url: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Colleague:
    """One colleague's day."""

    name: str
    cells: tuple[Cell, ...]


def is_for(by: Actor) -> bool:
    """True for who looks after the activities of others, and may see what makes up a day."""
    reach, activity = by.rights.reach("activity", "update"), registry().type("activity")
    may_read = by.may("activity", "read")
    return (
        may_read
        and reach in (Reach.TEAM, Reach.ALL)
        and all(sees(activity, key, by) for key in OF_ACTIVITY)
    )


def team_day(by: Actor) -> Mapping[str, Any]:
    """The colleagues whose activities `by` may read, in two statements."""
    begins = datetime.combine(by.today(), time(), by.zone)
    ends, activity = begins + timedelta(days=1), registry().type("activity")
    at = stands_at(activity.by_key["due_at"], by)
    late = func.count().filter(at < begins)
    today = func.count().filter(at >= begins)
    rows = by.session.execute(
        select(User.id, User.name, late.label("late"), today.label("today"))
        .join(User, User.id == Activity.owner_id)
        .where(Activity.done_at.is_(None), at < ends, permitted(activity, by))
        .group_by(User.id, User.name)
        .order_by(late.desc(), today.desc(), User.name, User.id)
        .limit(SHOWN)
    ).all()
    account = registry().type("account")
    tells_quiet = by.may("account", "read") and all(sees(account, key, by) for key in OF_ACCOUNT)
    quiet = _quiet((row.id for row in rows), by) if tells_quiet and rows else {}
    people = tuple(
        Colleague(
            row.name,
            (
                _of_due(row.id, row.late, "due_at__lt", by),
                _of_due(row.id, row.today, "due_at", by),
                *((_of_quiet(row.id, quiet.get(row.id, 0), by),) if tells_quiet else ()),
            ),
        )
        for row in rows
    )
    return {"people": people, "tells_quiet": tells_quiet}


def _quiet(people: Iterable[UUID], by: Actor) -> dict[UUID, int]:
    """How many customers of each of them nothing is planned with."""
    statement = (
        select(Account.owner_id, func.count())
        .where(
            Account.owner_id.in_(list(people)),
            Account.next_step_at.is_(None),
            Account.lifecycle != FORMER,
            permitted(registry().type("account"), by),
        )
        .group_by(Account.owner_id)
    )
    return {owner: number for owner, number in by.session.execute(statement) if owner}


def _of_due(owner: UUID, number: int, argument: str, by: Actor) -> Cell:
    asked = (("owner_id", str(owner)), ("done_at__isnull", "true"), (argument, "today"))
    is_late = argument.endswith("lt") and number > 0
    return _cell(number, f"/activities?{urlencode(asked)}", by, is_late=is_late)


def _of_quiet(owner: UUID, number: int, by: Actor) -> Cell:
    asked = (
        ("owner_id", str(owner)),
        ("next_step_at__isnull", "true"),
        ("lifecycle__ne", FORMER),
    )
    return _cell(number, f"/accounts?{urlencode(asked)}", by)


def _cell(number: int, url: str, by: Actor, *, is_late: bool = False) -> Cell:
    return Cell(formats(by).number(number), url if number else "", is_late)
