"""Moments and days on identity's pages, as the reader's language writes them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.kernel import language


def as_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment on the wall of `zone`, to the minute: 22 Nov 2026 12:12."""
    return f"{as_day(moment, zone)} {moment.astimezone(zone):%H:%M}"


def as_day(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a moment on the wall of `zone`."""
    local = moment.astimezone(zone)
    return format_date(local, "medium", locale=language.LOCALES[language.current()])
