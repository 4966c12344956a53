"""Moments and days on identity's pages, written as everywhere else in the product."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.web.formats import formats_in


def as_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment on the wall of `zone`, to the minute: 22 Nov 2026, 12:12."""
    return formats_in(zone).exact(moment)


def as_day(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a moment on the wall of `zone`, with its year."""
    return formats_in(zone).day(moment.astimezone(zone).date(), date.min)
