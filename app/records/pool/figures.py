"""What happens in a pool: how much waits there, and who claimed and lost how much each week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Row, Text, and_, case, cast, func, select

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.model import is_free
from app.records.types import RecordType

WEEKS = 4
CAP = 10_000
PEOPLE = 50


@dataclass(slots=True)
class Week:
    """What one person did in a week: claimed, returned by themselves, lost by a rule."""

    claimed: int = 0
    returned: int = 0
    reclaimed: int = 0


@dataclass(slots=True)
class Line:
    """One person's weeks, this one first."""

    name: str
    weeks: list[Week] = field(default_factory=lambda: [Week() for _week in range(WEEKS)])

    @property
    def total(self) -> int:
        """How much happened, by which the busiest stand first."""
        return sum(one.claimed + one.returned + one.reclaimed for one in self.weeks)


@dataclass(frozen=True, slots=True)
class Figures:
    """`size` is how many records wait, at most CAP and one more; `mondays` begin the weeks."""

    size: int
    mondays: Sequence[date]
    lines: Sequence[Line]


def figures(record_type: RecordType, by: Actor) -> Figures:
    """The figures of the last weeks on the workspace's clock, in two statements."""
    model, zone = record_type.model, ZoneInfo(by.tenant.zone)
    today = by.now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=one) for one in range(WEEKS)]
    since = datetime.combine(mondays[-1], time.min, zone)
    some = select(model.id).where(is_free(model), model.deleted_at.is_(None))
    size = by.session.scalar(select(func.count()).select_from(some.limit(CAP + 1).subquery()))
    # Who lost a record is named by the event's old owner, whoever took it.
    lost = case((Event.verb == "returned", Event.changes["owner_id"][0].astext))
    who = func.coalesce(lost, cast(Event.actor_id, Text))
    week = cast(func.date_trunc("week", func.timezone(by.tenant.zone, Event.at)), Date)
    is_rule = Event.changes.has_key("rule")
    rows = by.session.execute(
        select(
            who.label("who"),
            week.label("week"),
            func.count().filter(Event.verb == "claimed").label("claimed"),
            func.count().filter(and_(Event.verb == "returned", ~is_rule)).label("returned"),
            func.count().filter(and_(Event.verb == "returned", is_rule)).label("reclaimed"),
        )
        .where(
            Event.verb.in_(("claimed", "returned")),
            Event.record_type == record_type.key,
            Event.at >= since,
        )
        .group_by("who", "week")
    ).all()
    return Figures(size or 0, mondays, _lines(rows, mondays, by))


def _lines(rows: Sequence[Row[Any]], mondays: Sequence[date], by: Actor) -> list[Line]:
    found: dict[str, Line] = {}
    place = {one: number for number, one in enumerate(mondays)}
    ids = {UUID(row.who) for row in rows if row.who}
    names = {
        str(user_id): name
        for user_id, name in by.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    }
    for row in rows:
        who, at = row.who, place.get(row.week)
        if who not in names or at is None:
            continue
        line = found.setdefault(who, Line(names[who]))
        line.weeks[at] = Week(row.claimed, row.returned, row.reclaimed)
    return sorted(found.values(), key=lambda one: (-one.total, one.name))[:PEOPLE]
