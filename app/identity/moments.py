"""Moments and days on identity's pages, written as everywhere else in the product."""

from __future__ import annotations

from datetime import date, datetime

from app.kernel.actor import Actor
from app.web.formats import formats


def as_moment(moment: datetime, by: Actor) -> str:
    """A moment on the reader's clock, to the minute: 22 Nov 2026, 12:12."""
    return formats(by).exact(moment)


def as_day(moment: datetime, by: Actor) -> str:
    """The day of a moment on the reader's clock, with its year."""
    return formats(by).day(moment.astimezone(by.zone).date(), date.min)
