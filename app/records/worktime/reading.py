"""Hours and days as people and programs write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.worktime import Span
from app.kernel.worktime.calendar import Spans

MOST_SPANS = 6  # Parts of one day.
MOST_DAYS = 500  # Days of a calendar's own.
NAME_LENGTH = 100
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–—~至到]+\s*(\d{1,2})(?::(\d{2}))?")
_BETWEEN = re.compile(r"[,;、\s]+|和|and")


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of a calendar's own; without hours it is off."""

    day: date
    name: str
    hours: Spans


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a calendar: `week` are the hours of seven days as text."""

    name: str
    zone: str
    country: str = ""
    region: str = ""
    week: Sequence[str] = field(default_factory=lambda: ("",) * 7)
    is_default: bool = False


def read_hours(text: str) -> Spans:
    """The hours of a day: `09:00-12:00, 13:00-18:00`; nothing is closed.

    Refused where it is no such list, or parts overlap.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    spans, at = [], 0
    for one in _SPAN.finditer(plain):
        if _BETWEEN.sub("", plain[at : one.start()]):
            raise _odd()
        start, end = _minutes(one[1], one[2]), _minutes(one[3], one[4])
        if start is None or end is None:
            raise _odd()
        end = end or 24 * 60  # Midnight ends a day; it does not begin it twice.
        if start >= end:
            raise Refused(
                _("Hours end after they begin. What goes past midnight belongs to the next day.")
            )
        spans.append(Span(start, end))
        at = one.end()
    if _BETWEEN.sub("", plain[at:]):
        raise _odd()
    spans.sort()
    if any(one.end > other.start for one, other in pairwise(spans)):
        raise Refused(_("These hours overlap."))
    if len(spans) > MOST_SPANS:
        raise Refused(_("At most %(most)s parts of a day.", most=MOST_SPANS))
    return tuple(spans)


def write_hours(spans: Spans) -> str:
    """The same as text: 09:00–12:00, 13:00–18:00."""
    return ", ".join(str(one) for one in spans)


def read_day(day: str, name: str, hours: str) -> OwnDay:
    """A day of a calendar's own; Refused with a message per field."""
    errors: dict[str, Text | str] = {}
    found: date | None = None
    try:
        found = date.fromisoformat(day.strip())
    except ValueError:
        errors["day"] = _("Enter a date like 2026-11-22.")
    if found is not None and not 2000 <= found.year <= 2200:
        errors["day"] = _("This date is too far away.")
    if len(name.strip()) > NAME_LENGTH:
        errors["day_name"] = _("This is longer than %(limit)s characters.", limit=NAME_LENGTH)
    spans: Spans = ()
    try:
        spans = read_hours(hours)
    except Refused as refused:
        errors["hours"] = refused.message
    if errors or found is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return OwnDay(found, name.strip(), spans)


def _minutes(hour: str, minute: str | None) -> int | None:
    found = int(hour) * 60 + int(minute or 0)
    return found if int(minute or 0) < 60 and found <= 24 * 60 else None


def _odd() -> Refused:
    return Refused(_("Enter hours like 09:00-12:00, 13:00-18:00, or nothing for a day off."))
