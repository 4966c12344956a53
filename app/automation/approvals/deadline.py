"""When an answer is due. Hours are hours of the clock, also where that is set forward or back."""

from __future__ import annotations

from datetime import datetime, timedelta

EARLY = 4  # Reminded when a quarter of the time is left.


def due_at(start: datetime, hours: int | None) -> datetime | None:
    """The end of so many hours from a moment in UTC; None where there is no hurry.

    Whoever counts business hours later takes this place.
    """
    return start + timedelta(hours=hours) if hours else None


def remind_at(start: datetime, due: datetime) -> datetime:
    """When somebody is reminded before an answer is due."""
    return due - (due - start) / EARLY
