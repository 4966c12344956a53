"""The calendars of a workspace as everything asks for them: remembered under a stamp.

While nobody changes them, no statement is made. A workspace that never decided works from Monday to
Friday, nine to six with an hour at noon, in its own zone, and keeps its country's holidays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.kernel.worktime import FiscalYear, Span, WorkCalendar, weekly
from app.kernel.worktime.calendar import Spans
from app.records.worktime.models import BusinessCalendar, BusinessDay, FiscalRule

STAMP = "business_time"
KEPT = 512  # Workspaces whose calendars a process remembers.
USUAL: Spans = (Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60))


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """All that a workspace decided."""

    by_id: Mapping[UUID, WorkCalendar] = field(default_factory=dict)
    default_id: UUID | None = None
    fiscal: FiscalYear = field(default_factory=FiscalYear)


FRESH = {"populate_existing": True}  # What was written past the session is read as it stands.

_remembered: Remembered[BusinessTime] = Remembered(KEPT)
_NOTHING = BusinessTime()


def business_time(by: Actor) -> BusinessTime:
    """What `by`'s workspace decided."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return _NOTHING
    return _remembered.get((by.tenant.id, mark), lambda: _load(by))


def calendar_of(by: Actor, calendar_id: UUID | None = None) -> WorkCalendar:
    """A calendar of the workspace; the default one where none is named, or it is gone."""
    kept = business_time(by)
    wanted = calendar_id if calendar_id in kept.by_id else kept.default_id
    return kept.by_id[wanted] if wanted is not None else usual(by)


def fiscal_year(by: Actor) -> FiscalYear:
    """The fiscal year of the workspace."""
    return business_time(by).fiscal


def usual(by: Actor) -> WorkCalendar:
    """The calendar of a workspace that never decided."""
    return WorkCalendar(weekly(USUAL), ZoneInfo(by.tenant.zone), by.tenant.country)


def to_spans(stored: list[Any]) -> Spans:
    """The hours of a day as a row keeps them."""
    return tuple(Span(start, end) for start, end in stored)


def _load(by: Actor) -> BusinessTime:
    by.session.flush()  # What was just changed is read back.
    days: dict[UUID, dict[Any, Spans]] = {}
    for one in by.session.scalars(select(BusinessDay), execution_options=FRESH):
        days.setdefault(one.calendar_id, {})[one.day] = to_spans(one.hours)
    found, default_id = {}, None
    for row in by.session.scalars(select(BusinessCalendar)):
        week = tuple(to_spans(one) for one in row.week)
        found[row.id] = WorkCalendar(
            week, ZoneInfo(row.zone), row.country, row.region, days.get(row.id, {})
        )
        default_id = row.id if row.is_default else default_id
    rule = by.session.scalars(select(FiscalRule), execution_options=FRESH).one_or_none()
    fiscal = FiscalYear(rule.first_month, rule.named_by_start) if rule else FiscalYear()
    return BusinessTime(found, default_id, fiscal)
