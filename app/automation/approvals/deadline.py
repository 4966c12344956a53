"""When an answer is due: after so many hours of the clock, or so many in which the firm works.

Hours of the clock are such also where it is set forward or back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.automation.approvals.facts import Level
from app.kernel.actor import Actor
from app.kernel.worktime import NeverOpen, add_business_time, business_time_between
from app.records.worktime.kept import calendar_of

EARLY = 4  # Reminded when a quarter of the time is left.


def due_at(level: Level, by: Actor) -> datetime | None:
    """When an answer that is asked for now is due, in UTC; None where there is no hurry."""
    return _after(level, timedelta(hours=level.hours), by) if level.hours else None


def remind_at(level: Level, by: Actor) -> datetime:
    """When somebody is reminded of what they are asked now, before it is due."""
    whole = timedelta(hours=level.hours or 0)
    return _after(level, whole - whole / EARLY, by)


def later_by(
    level: Level, due_at: datetime, since: datetime, until: datetime, by: Actor
) -> tuple[datetime, datetime]:
    """When an answer is due, and when it is reminded of, where the clock stood for a while."""
    then = replace(by, now=until)
    left = due_at - since
    if level.business:
        left = business_time_between(calendar_of(by), since, due_at) or left
    early = max(left - timedelta(hours=level.hours or 0) / EARLY, timedelta())
    return _after(level, left, then), _after(level, early, then)


def _after(level: Level, time: timedelta, by: Actor) -> datetime:
    if level.business:
        try:
            return add_business_time(calendar_of(by), by.now, time)
        except NeverOpen:  # Who never works would never have to answer.
            pass
    return by.now + time
